/**
 * Programs made at random, with everything that can go another way: run as they are, with Istanbul's counters, and with ours. All three have
 * to do the same, and each of Istanbul's counters has to have Istanbul's count.
 */
import * as vm from 'node:vm';
import fc from 'fast-check';
import type { FileCoverageData } from 'istanbul-lib-coverage';
import { createInstrumenter } from 'istanbul-lib-instrument';
import { countedFiles } from '../../src/combiner/counters/counted-files';
import { COUNTERS_SYMBOL, type CounterTable, type RegisteredCounters } from '../../src/contract/counter-table';
import { instrumentScript } from '../../src/instrumenter/instrument-script';

/** How many, made anew at each run; without it, always the same ones. */
const { RANDOM_PROGRAMS } = process.env;

/** `t(n)` writes n down and gives it back, `x(n)` throws for some n. Nothing is read before its declaration, which counters take for safe. */
const { program } = fc.letrec<Record<'expression' | 'statement' | 'block' | 'program' | 'call' | 'member' | 'pattern', string>>((tie) => {
  const n = fc.integer({ min: 0, max: 9 }).map(String);
  const e = tie('expression');
  const join = (...parts: Array<fc.Arbitrary<string> | string>) =>
    fc.tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part))).map((all) => all.join(''));
  const body = fc.oneof(tie('block'), tie('statement').map((one) => ` ${one}`));
  return {
    call: fc.oneof(join('t(', n, ')'), join('t(', n, ')'), join('x(', n, ')'), join('t(', e, ')')),
    member: fc.oneof(join('o.', fc.constantFrom('a', 'b', 'none')), join('o?.none?.[', e, ']'), join('o[', e, ']'), join('o?.f?.(', e, ')'), join('o.f(', e, ', ...[', e, '])')),
    pattern: fc.constantFrom('{ d }', '{ d = t(1) }', '{ none: d = x(1) }', '[d]', '[, d = t(3)]', '{ ...d }'),
    expression: fc.oneof({ depthSize: 'small', withCrossShrink: true },
      n, tie('call'), tie('call'), tie('member'), fc.constantFrom('v', 'w', 'a', '`text`', 'null', 'undefined', 'this'),
      join('(', e, ' && ', e, ')'), join('(', e, ' || ', e, ')'), join('(', e, ' ?? ', e, ')'), join('(', e, ' ? ', e, ' : ', e, ')'),
      join('(v ', fc.constantFrom('=', '+=', '??=', '||=', '&&='), ' ', e, ')'), join('(o.a ', fc.constantFrom('=', '+=', '??=', '&&='), ' ', e, ')'),
      join('(', e, ' + ', e, ')'), join('!', e), join('(', e, ', ', e, ')'), join('`${', e, '}`'), join('[', e, ', ...[', e, ']].length'),
      join('(() => ', e, ')()'), join('((p, q = ', e, ') => ', e, ')(', e, ')'), join('(function (', tie('pattern'), ') ', tie('block'), ')(', e, ')'),
      join('({ k: ', e, ', get g() { return ', e, '; }, [', e, ']() { return ', e, '; } }).g'), join('new (class { f = ', e, '; static s = ', e, '; m() { return ', e, '; } })().m()'),
      join('[...(function* () { ', tie('statement'), ' yield ', e, '; })()].length')),
    statement: fc.oneof({ depthSize: 'small', withCrossShrink: true },
      join(e, ';'), join('v = ', e, ';'), join('let l = ', e, ', m = ', e, ';').map((one) => `{ ${one} t(l === m); }`), join('{ const ', tie('pattern'), ' = ', e, '; t(d); }'),
      join('if (', e, ') ', body), join('if (', e, ') ', body, ' else ', body), join('return ', e, ';'), fc.constantFrom('break;', 'continue;', 'return;', ';', 'debugger;').map((one) => `if (v) { ${one} }`),
      join('throw ', e, ';'), join('for (let i = 0; i < 2 && t(1); i++) ', body), join('for (const i of [1, ', e, ']) ', body), join('for (const k in { k1: 1, k2: ', e, ' }) ', body),
      join('while (fuel() && ', e, ') ', body), join('do ', body, ' while (fuel() && ', e, ');'),
      join('switch (', e, ') { case 1: ', tie('statement'), ' case ', e, ': ', tie('statement'), ' break; default: ', tie('statement'), ' case 7: t(7); }'),
      join('try ', tie('block'), ' catch (c) ', tie('block')), join('try ', tie('block'), ' finally ', tie('block')), join('try ', tie('block'), ' catch ', tie('block'), ' finally ', tie('block')),
      join('label: { ', tie('statement'), ' if (', e, ') break label; ', tie('statement'), ' }'), join('{ function f(p = ', e, ') ', tie('block'), ' f(', e, '); }'),
      join('{ class C { static { ', tie('statement').filter((one) => !/\b(?:return|this)\b/.test(one)), ' } #p = ', e, '; get p() { return this.#p; } } new C().p; }')),
    block: fc.array(tie('statement'), { maxLength: 3 }).map((all) => `{ ${all.join(' ')} }`),
    program: fc.array(tie('statement'), { minLength: 1, maxLength: 5 }).map((all) => `function run(o, a) { let v = 0, w = 1; for (const once of [1]) {\n${all.join('\n')}\n} return v; }\nrun({ a: 1, b: 0, f: t }, 2);`),
  };
});

interface Run {
  readonly end: string;
  readonly steps: readonly unknown[];
  readonly context: vm.Context;
}

function run(text: string): Run {
  const steps: unknown[] = [];
  let fuel = 30;
  const enough = () => {
    if (steps.length > 300) {
      throw new Error('enough');
    }
  };
  const context = vm.createContext({
    t: (value: unknown) => {
      steps.push(typeof value === 'object' || typeof value === 'function' ? typeof value : value);
      enough();
      return value;
    },
    x: (value: number) => {
      steps.push(`x${value}`);
      enough();
      if (value % 3 === 1) {
        throw new RangeError(`x${value}`);
      }
      return value;
    },
    fuel: () => fuel-- > 0,
  });
  try {
    const value: unknown = vm.runInContext(`(function () {\n${text}\n})()`, context, { timeout: 10_000 });
    return { end: String(value), steps, context };
  } catch (error) {
    return { end: `throws ${(error as Error | undefined)?.name ?? String(error)}`, steps, context };
  }
}

const countsOf = ({ s, f, b }: Pick<FileCoverageData, 's' | 'f' | 'b'>) => ({ s, f, b });

test('they do the same, and each counter has the count that Istanbul says', () => {
  const istanbul = createInstrumenter({ coverageVariable: '__truth__', compact: false, produceSourceMap: false });
  fc.assert(fc.property(program, (text) => {
    const plain = run(text);
    fc.pre(!plain.end.startsWith('throws SyntaxError'));
    const truth = run(istanbul.instrumentSync(text, 'program.js'));
    const counted = instrumentScript({ path: 'program.js', text, include: [], exclude: [] }, { counts: true })!;
    const flagged = instrumentScript({ path: 'program.js', text, include: [], exclude: [] }, { counts: false })!;
    const [ours, flags] = [run(counted.text), run(flagged.text)];
    for (const other of [truth, ours, flags]) {
      expect({ end: other.end, steps: other.steps }).toEqual({ end: plain.end, steps: plain.steps });
    }
    const expected = countsOf((truth.context.__truth__ as Record<string, FileCoverageData>)['program.js']!);
    const told = ({ context }: Run, table: string) => {
      const [[, take]] = vm.runInContext(`globalThis[Symbol.for('${COUNTERS_SYMBOL}')]`, context) as [RegisteredCounters];
      return countsOf(countedFiles(JSON.parse(table) as CounterTable, [...take()], true)[0]!.coverage);
    };
    expect(told(ours, counted.table.json)).toEqual(expected);
    const isHit = (count: number) => (count > 0 ? 1 : 0);
    const hits = JSON.parse(JSON.stringify(expected), (_, value: unknown) => (typeof value === 'number' ? isHit(value) : value));
    expect(JSON.parse(JSON.stringify(told(flags, flagged.table.json)), (_, value: unknown) => (typeof value === 'number' ? isHit(value) : value))).toEqual(hits);
  }), RANDOM_PROGRAMS === undefined ? { numRuns: 200, seed: 1 } : { numRuns: Number(RANDOM_PROGRAMS) });
});
