/** What docs/accuracy.md says cannot be told: pairs of programs that V8 counts alike, place by place, and Istanbul does not. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInstrumenter } from 'istanbul-lib-instrument';

/** Both programs of a pair have the same length, and differ only in values. */
const PAIRS: Record<string, readonly [string, string]> = {
  'a default value': [
    'function f(a = 1) { return a; } f(undefined);',
    'function f(a = 1) { return a; } f(123456789);',
  ],
  'a default value in a pattern': [
    'const { a = 1 } = { b: 2 }; globalThis.x = a;',
    'const { a = 1 } = { a: 2 }; globalThis.x = a;',
  ],
  'what follows a call that throws': [
    'try { JSON.parse("["); globalThis.x = 1; JSON.parse("1"); } catch {}',
    'try { JSON.parse("1"); globalThis.x = 1; JSON.parse("["); } catch {}',
  ],
};

const DRIVER = `
  const { readFileSync, writeFileSync } = require('node:fs');
  const { Session } = require('node:inspector');
  const [file, output] = process.argv.slice(2);
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  require(file);
  session.post('Profiler.takePreciseCoverage', (_, { result }) => {
    const { functions } = result.find(({ url }) => url.endsWith(file));
    writeFileSync(output, JSON.stringify({ functions, coverage: globalThis.__coverage__ }));
  });
`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'indistinguishable-'));
  writeFileSync(join(folder, 'driver.cjs'), DRIVER);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(Object.entries(PAIRS))('V8 does not tell %s', (_, pair) => {
  const [one, other] = pair.map((text) => ({ v8: run(text).functions, istanbul: hits(text) }));
  expect(pair[0].length).toBe(pair[1].length);
  expect(one!.v8).toEqual(other!.v8);
  expect(one!.istanbul).not.toEqual(other!.istanbul);
});

function hits(text: string): unknown {
  const instrumented = createInstrumenter({ compact: false }).instrumentSync(text, 'program.js');
  const { s, f, b } = (run(instrumented).coverage as Record<string, Record<'s' | 'f' | 'b', unknown>>)['program.js']!;
  return { s, f, b };
}

function run(text: string): { functions: unknown; coverage: unknown } {
  const [file, output] = ['program.cjs', 'output.json'].map((name) => join(folder, name));
  writeFileSync(file!, text);
  execFileSync(process.execPath, [join(folder, 'driver.cjs'), file!, output!]);
  return JSON.parse(readFileSync(output!, 'utf8')) as { functions: unknown; coverage: unknown };
}
