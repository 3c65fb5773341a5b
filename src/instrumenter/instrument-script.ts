import { CountingPlan } from './counting-plan';
import { Insertions } from './insertions';
import { movedMap } from './moved-map';
import { CounterPlacement } from './placement/counter-placement';
import { COUNTER_TABLE_VERSION, COUNTERS_SYMBOL, REGISTERS_COUNTERS, type CountedFile, type CounterTable, type CounterTerm } from '../contract/counter-table';
import { MOST_COUNTERS } from '../contract/counter-values';
import { convert } from '../conversion/convert';
import type { GeneratedScript } from '../conversion/generated-script';
import { mapValues } from '../conversion/map-values';
import { OriginalSources } from '../conversion/original-sources';
import { readOwnCode, type WantedScript } from '../conversion/own-code';
import { scriptWithMap } from '../conversion/script-source';
import { sha256 } from '../conversion/sha256';
import type { SyntaxNode } from '../conversion/syntax';

export interface ScriptToInstrument extends WantedScript {
  readonly text: string;
  /** Its source map as JSON, where that is a file beside it. */
  readonly map?: string | undefined;
  /** The text of an original file that the map does not hold. */
  readonly textOf?: (path: string, source: string) => string | undefined;
}

export interface InstrumentedScript {
  readonly text: string;
  /** Of the instrumented script to the originals; where the map is in the script itself, it is in the text. */
  readonly map?: string;
  readonly table: { readonly name: string; readonly json: string };
}

/**
 * Puts counters into a script, so that it tells itself what of it ran. What is not the user's own stays as it is, byte by byte; no line is
 * moved to another one.
 *
 * @param counts whether to tell how often something ran, and not only that it did
 * @returns nothing where there is nothing of the user's own
 * @throws Error that says why it cannot be done
 */
export function instrumentScript(
  { text, map, textOf, ...wanted }: ScriptToInstrument, { counts }: { readonly counts: boolean }, originals = new OriginalSources(),
): InstrumentedScript | undefined {
  if (REGISTERS_COUNTERS.test(text)) {
    throw new Error('it is instrumented already');
  }
  if (/\b_coverageSchema\b/.test(text)) {
    throw new Error("it has Istanbul's counters already; build it without babel-plugin-istanbul, nyc instrument or the like");
  }
  const problems: string[] = [];
  const own = readOwnCode(wanted, scriptWithMap(text, map), { originals, ...(textOf && { textOf }) }, problems);
  if (!own || own.files.length === 0) {
    return undefined;
  }
  const { script, positions } = own;
  const program = script.tree.nodes[0]!;
  const statements = program.body as SyntaxNode[];
  if (statements.length === 0) {
    return undefined;
  }
  const plan = new CountingPlan(script);
  const planned = own.files.map(({ index, path, original, shape }) =>
    ({ path, text: original.text, shape, counters: convert({ original, shape, source: index, positions, script, counts: plan }) }));
  if (plan.events.length > MOST_COUNTERS) {
    throw new Error(`it would have ${plan.events.length} counters, and ${MOST_COUNTERS} are possible`);
  }
  const insertions = new Insertions();
  const name = unusedName(text);
  const placement = new CounterPlacement({
    program,
    events: plan.events,
    insertions,
    unusedName: name,
    counts,
    codeOf: (counter) => (counts ? `${name}${counter}++` : `${name}${counter}=1`),
    isDeclared: declaredNames(script),
  });
  const resolve = (term: CounterTerm): CounterTerm => {
    if (typeof term !== 'number') {
      const [operation, ...terms] = term;
      return [operation, ...terms.map(resolve)];
    }
    return term < 0 ? term : placement.termFor(term) ?? -1;
  };
  const files = planned.map(({ path, text: original, shape: { statementMap, fnMap, branchMap }, counters: { s, f, b } }) => ({
    path,
    text: original,
    statementMap,
    fnMap,
    branchMap,
    s: mapValues(s, resolve),
    f: mapValues(f, resolve),
    b: mapValues(b, (arms) => arms.map(resolve)),
  })) as CountedFile[];
  const { count: size } = placement;
  const table: CounterTable = { version: COUNTER_TABLE_VERSION, script: wanted.path, sha256: sha256(text), size, counts, files, problems };
  const json = JSON.stringify(table);
  const tableName = sha256(json);
  const all = new Insertions();
  const { offset, prefix } = headOf(statements);
  all.add(offset, prefix + registration(tableName, name, placement.count, counts));
  all.addAll(insertions);
  return { ...movedMap(text, map, all, script.lines), table: { name: tableName, json } };
}

/** Where the first statement begins behind what has to stay first: directives, a hash bang, a comment that is one only at the start of a line. */
function headOf(statements: readonly SyntaxNode[]): { offset: number; prefix: string } {
  const directive = statements.filter((statement) => typeof statement.directive === 'string').at(-1);
  return directive ? { offset: directive.end, prefix: ';' } : { offset: statements[0]!.start, prefix: '' };
}

/** The counters are variables without a value at first: functions that are called before this runs, as a cycle of imports can, count. */
function registration(table: string, name: string, size: number, counts: boolean): string {
  const names = Array.from({ length: size }, (_, counter) => `${name}${counter}`);
  const declared = size === 0 ? '' : `var ${names.join(',')};`;
  const reset = chunks(names).map((some) => `${some.join('=')}=${counts ? '0' : 'void 0'};`).join('');
  const start = counts ? reset : '';
  return `${declared}${start}(globalThis[Symbol.for("${COUNTERS_SYMBOL}")]||=[]).push(["${table}",()=>{const ${name}=[${names.join(',')}];${reset}return ${name}},${counts ? '!0' : '!1'}]);`;
}

/** V8 goes one level deeper into its stack for each assignment of a chain. */
const LONGEST_CHAIN = 100;

function chunks(names: readonly string[]): string[][] {
  const starts = names.map((_, index) => index).filter((index) => index % LONGEST_CHAIN === 0);
  return starts.map((start) => names.slice(start, start + LONGEST_CHAIN));
}

/** Short, and no part of any word in the text. */
function unusedName(text: string): string {
  const short = ['_c', '_k', '_q', '_j', '_z'].find((name) => !text.includes(name));
  if (short !== undefined) {
    return short;
  }
  for (let number = 0; ; number++) {
    const name = `_c${number}_`;
    if (!text.includes(name)) {
      return name;
    }
  }
}

/** Names that are declared in the script, or that Node.js has. */
function declaredNames(script: GeneratedScript): (name: string) => boolean {
  const names = new Set(['arguments', 'require', 'module', 'exports', '__filename', '__dirname', ...Object.getOwnPropertyNames(globalThis), ...script.topLevelNames]);
  const declare = (node: SyntaxNode | null | undefined): void => {
    switch (node?.type) {
      case 'Identifier': names.add(node.name as string); break;
      case 'ObjectPattern': (node.properties as SyntaxNode[]).forEach((one) => declare((one.value ?? one.argument) as SyntaxNode)); break;
      case 'ArrayPattern': (node.elements as SyntaxNode[]).forEach(declare); break;
      case 'AssignmentPattern': declare(node.left as SyntaxNode); break;
      case 'RestElement': declare(node.argument as SyntaxNode); break;
      default:
    }
  };
  for (const node of script.tree.nodes) {
    if (node.type === 'VariableDeclarator' || /^Class(?:Declaration|Expression)$/.test(node.type)) {
      declare(node.id as SyntaxNode);
    } else if (/Function/.test(node.type)) {
      declare(node.id as SyntaxNode);
      (node.params as SyntaxNode[]).forEach(declare);
    } else if (/^Import.*Specifier$/.test(node.type)) {
      declare(node.local as SyntaxNode);
    } else if (node.type === 'CatchClause') {
      declare(node.param as SyntaxNode);
    }
  }
  return (name) => names.has(name);
}
