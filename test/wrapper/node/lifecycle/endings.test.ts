/** The ends of a process, in processes that end. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'endings-'));
  buildSync({
    entryPoints: [join(__dirname, '../../../../src/wrapper/node/lifecycle/endings.ts')], outfile: join(folder, 'endings.cjs'), bundle: true, platform: 'node', logLevel: 'error',
  });
});

afterAll(() => rmSync(folder, { recursive: true }));

interface End {
  /** What was called and said, in order. */
  readonly lines: string[];
  readonly code: number | null;
  readonly signal: string | null;
}

/** Runs statements in a process that watches its end; `delivery` is what an upload does. */
async function run(statements: string, { delivery = 'await sleep(20)', watched = true, signals = ['SIGTERM'] as NodeJS.Signals[] } = {}): Promise<End> {
  const script = `
    const { writeSync } = require('node:fs');
    const say = (line) => writeSync(1, line + '\\n');
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    ${watched ? `require(${JSON.stringify(join(folder, 'endings.cjs'))}).watchEndings({
      save: () => say('save'),
      deliver: async (limit) => { say('deliver within ' + limit); ${delivery}; say('delivered'); },
    });` : ''}
    ${statements}`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (output.includes('ready\n') && signals.length > 0) {
      signals.splice(0, 1).forEach((signal) => child.kill(signal));
    }
  });
  const killer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  return new Promise((resolve) => child.on('close', (code, signal) => {
    clearTimeout(killer);
    resolve({ lines: output.split('\n').filter((line) => line !== ''), code, signal });
  }));
}

const STAY = "setInterval(() => {}, 1_000); say('ready');";

describe('what has not arrived is put on disk, and the process ends as it would have, when', () => {
  test.each<[string, string]>([
    ['nothing is left to do', ''],
    ['it exits', 'process.exit(7);'],
    ['an exit code is set', 'process.exitCode = 3;'],
    ['an exception is not caught', "throw new Error('no');"],
    ['an exception is not caught later', "setTimeout(() => { throw new Error('no'); });"],
    ['a rejection is not handled', "Promise.reject(new Error('no'));"],
  ])('%s', async (_name, statements) => {
    const [plain, watched] = await Promise.all([run(statements, { watched: false }), run(statements)]);
    expect(watched.lines).toEqual(['save']);
    expect([watched.code, watched.signal]).toEqual([plain.code, plain.signal]);
  });
});

describe('on SIGTERM', () => {
  test('it is saved first, then uploaded, and the process ends by the signal', async () => {
    expect(await run(STAY)).toEqual({ lines: ['ready', 'save', 'deliver within 350', 'delivered'], code: null, signal: 'SIGTERM' });
  });

  test("a handler of the user's decides how the process ends", async () => {
    const { lines, code, signal } = await run(`process.on('SIGTERM', () => { say('mine'); setTimeout(() => process.exit(5), 100); }); ${STAY}`);
    expect(lines).toEqual(['ready', 'save', 'deliver within 350', 'mine', 'delivered', 'save']);
    expect([code, signal]).toEqual([5, null]);
  });

  test("a handler of the user's that does not end the process leaves it running", async () => {
    const { lines, code } = await run(`process.on('SIGTERM', () => { say('mine'); setTimeout(() => { say('still there'); process.exit(0); }, 300); }); ${STAY}`);
    expect(lines.slice(-2)).toEqual(['still there', 'save']);
    expect(code).toBe(0);
  });

  test("a handler of the user's that runs once counts as one, though it is gone when it has run", async () => {
    const { code, signal } = await run(`process.once('SIGTERM', () => { setTimeout(() => process.exit(6), 100); }); ${STAY}`);
    expect([code, signal]).toEqual([6, null]);
  });

  test('the process ends so even where the user has replaced what ends it', async () => {
    const { signal } = await run(`process.kill = process.exit = process.abort = () => { throw new Error('replaced'); }; ${STAY}`);
    expect(signal).toBe('SIGTERM');
  });
});

test('a thread saves what it has when it ends, and leaves signals to the process', async () => {
  const { lines, code } = await run(`
    const { Worker } = require('node:worker_threads');
    const source = 'const say = (line) => require("node:fs").writeSync(1, line + "\\\\n");'
      + 'require(${JSON.stringify(join(folder, 'endings.cjs'))}).watchEndings({ save: () => say("saved by thread"), deliver: async () => say("never") });'
      + 'say("listeners " + process.listenerCount("SIGTERM"));';
    new Worker(source, { eval: true });`, { watched: false });
  expect([lines, code]).toEqual([['listeners 0', 'saved by thread'], 0]);
});
