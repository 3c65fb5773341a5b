/**
 * Runs programs in several forms, each in a realm of its own where every name in it has a value, and says what each of them did: what it asked
 * of those values, in order, and how it ended. `node --experimental-vm-modules run-programs.cjs PROGRAMS` with a JSON file of
 * `{ texts, names, module, imports }`; prints JSON, by program and round: the outcome of each text. A program whose first text does not end
 * in time has no more rounds.
 */
const { readFileSync } = require('node:fs');
const vm = require('node:vm');

const MOST_STEPS = 2_000;
const ROUNDS = 2;

/** The same name has the same value in each run of a round; another one in another round. */
function valueOf(name, round, log) {
  let hash = round * 7919;
  for (const character of name) {
    hash = (hash * 31 + character.codePointAt(0)) % 1_000_003;
  }
  const values = [0, 1, '', 'text', undefined, null, true, 3, ...Array(6).fill('spy')];
  const value = values[hash % values.length];
  return value === 'spy' ? spy(name, log) : value;
}

/** Something of which anything can be asked; each question is written down. */
function spy(name, log, depth = 0) {
  const step = (text) => {
    if (log.length >= MOST_STEPS) {
      throw new Error('enough');
    }
    log.push(text);
  };
  const described = (value) => {
    switch (typeof value) {
      case 'function': return `function ${Object.getOwnPropertyDescriptor(value, 'name')?.value} ${Object.getOwnPropertyDescriptor(value, 'length')?.value}`;
      case 'object': return value === null ? 'null' : Array.isArray(value) ? `array ${value.length}` : `object ${Object.keys(value).join()}`;
      default: return String(value);
    }
  };
  const inner = (how) => (depth > 3 ? 1 : spy(`${name}${how}`, log, depth + 1));
  return new Proxy(function () {}, {
    get(target, key, receiver) {
      if (key === Symbol.toPrimitive) {
        step(`${name} as a primitive`);
        return () => name.length;
      }
      if (key === Symbol.iterator) {
        step(`${name} iterated`);
        return function* () { yield inner('[0]'); yield 2; };
      }
      if (typeof key === 'symbol' || key === 'then' || key === 'prototype') {
        return Reflect.get(target, key, receiver);
      }
      if (key === 'inspect' || key === 'name' || key === 'length') {
        return name;
      }
      step(`${name}.${key}`);
      return inner(`.${key}`);
    },
    set(_target, key, value) { step(`${name}.${String(key)} = ${described(value)}`); return true; },
    has(_target, key) { step(`${String(key)} in ${name}`); return typeof key === 'string' && key.length % 2 === 1; },
    deleteProperty(_target, key) { step(`delete ${name}.${String(key)}`); return true; },
    apply(_target, self, values) { step(`${name}(${values.map(described).join()}) of ${typeof self === 'function' ? 'something' : typeof self}`); return inner('()'); },
    construct(_target, values) { step(`new ${name}(${values.map(described).join()})`); return inner('{}'); },
  });
}

async function outcome(text, { names, module, imports }, round, timeout) {
  const log = [];
  const context = vm.createContext({}, module ? {} : { microtaskMode: 'afterEvaluate' });
  for (const name of names) {
    context[name] = valueOf(name, round, log);
  }
  let end = 'ends';
  try {
    if (module) {
      const program = new vm.SourceTextModule(text, { context, identifier: 'file:///program.mjs' });
      await program.link((specifier) => {
        const exported = imports[specifier] ?? [];
        return new vm.SyntheticModule(exported, function () { exported.forEach((name) => this.setExport(name, valueOf(name, round, log))); }, { context });
      });
      await program.evaluate({ timeout });
      for (const name of Object.keys(program.namespace)) {
        log.push(`exports ${name}, ${typeof program.namespace[name]} ${program.namespace[name]?.name}`);
      }
    } else {
      const script = new vm.Script(`(function (exports, require, module, __filename, __dirname) {\n${text}\n})({}, undefined, {}, '', '')`);
      script.runInContext(context, { timeout });
    }
  } catch (error) {
    if (error?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' || log.length >= MOST_STEPS) {
      return null;
    }
    end = `throws ${error?.name ?? typeof error}: ${typeof error === 'function' ? 'something' : error?.message ?? error}`;
  }
  return { end, log };
}

(async () => {
  const results = [];
  for (const program of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++) {
      const [original, ...others] = program.texts;
      const first = await outcome(original, program, round, 50);
      if (!first) {
        break;
      }
      const outcomes = [first];
      for (const text of others) {
        outcomes.push(await outcome(text, program, round, 10_000));
      }
      rounds.push(outcomes);
    }
    results.push(rounds);
  }
  process.stdout.write(JSON.stringify(results));
})();
