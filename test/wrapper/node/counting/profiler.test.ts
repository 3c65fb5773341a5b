/** V8's counters and whoever else is at them, in a process of its own on each Node.js: Jest has coverage of its own. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import { nodeBinary, type NodeVersion } from '../../../lambda/node-versions';

interface Taken {
  readonly interruption?: string;
  /** Of the functions of the program that ran, how often; and how often the texts that they hold were reached. */
  readonly ran: Record<string, Record<string, number>>;
}

const PROGRAM = `
exports.choose = function choose(n) { if (n > 1) { return 'many'; } return 'few'; };
exports.other = function other(n) { if (n > 1) { return 'much'; } return 'little'; };
exports.hot = function hot(n) { let sum = 0; for (let i = 0; i < n; i++) { sum += 'turn'.length + add(i).length; } return sum; };
function add(i) { if (i % 4 === 0) { return 'fourth'; } return 'rest'; }
`;
const LATE = "exports.late = function late(n) { if (n > 1) { return 'lots'; } return 'one'; };";

const PRELUDE = `
const { Session } = require('node:inspector');
const { readFileSync, writeFileSync } = require('node:fs');
const { Profiler } = require('./profiler.cjs');
const takes = [];
const report = ({ scripts, interruption }) => {
  const ran = {};
  for (const { url, functions } of scripts.filter(({ url }) => /(program|late)\\.cjs$/.test(url))) {
    const text = readFileSync(new URL(url), 'utf8');
    for (const { functionName, ranges } of functions) {
      const name = functionName.replace('exports.', '');
      if (name && ranges[0].count > 0) {
        const [{ startOffset, endOffset, count }] = ranges;
        const around = (offset) => ranges.filter((range) => range.startOffset <= offset && offset < range.endOffset).at(-1).count;
        const words = [...text.slice(startOffset, endOffset).matchAll(/'(\\w+)'/g)];
        ran[name] = { calls: count, ...Object.fromEntries(words.map(({ 1: word, index }) => [word, around(startOffset + index)])) };
      }
    }
  }
  takes.push({ interruption, ran });
};
const user = new Session();
const post = (method, parameters) => {
  let failure;
  user.post(method, parameters, (error) => { failure = error; });
  if (failure) { throw failure; }
};
const watch = () => { user.connect(); post('Profiler.enable'); };
`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'profiler-'));
  buildSync({
    entryPoints: [join(__dirname, '../../../../src/wrapper/node/counting/profiler.ts')], outfile: join(folder, 'profiler.cjs'), bundle: true, platform: 'node', logLevel: 'error',
  });
  writeFileSync(join(folder, 'program.cjs'), PROGRAM);
  writeFileSync(join(folder, 'late.cjs'), LATE);
});

afterAll(() => rmSync(folder, { recursive: true }));

let scripts = 0;

/** Runs statements after the start of the profiler, by default; `take()` adds one to what is given back. */
async function takes(version: NodeVersion, statements: string, start = 'const profiler = Profiler.start(); const take = () => report(profiler.take());'): Promise<Taken[]> {
  const { path: node } = await nodeBinary(version);
  const file = join(folder, `main-${scripts++}.cjs`);
  const program = start === '' ? '' : "const { choose, other, hot } = require('./program.cjs');";
  writeFileSync(file, `${PRELUDE}\n${start}\n${program}\n${statements}\nprocess.stdout.write(JSON.stringify(takes));`);
  const { stdout } = await promisify(execFile)(node, [file], { maxBuffer: 2 ** 24 });
  return JSON.parse(stdout) as Taken[];
}

const CHOSE_FEW = { calls: 1, many: 0, few: 1 };

describe.each<NodeVersion>(['current', '18', '22', '24'])('Node.js %s:', (version) => {
  test('each take holds what ran since the one before', async () => {
    expect(await takes(version, 'choose(1); take(); choose(1); choose(2); choose(2); take(); take(); other(2); take();')).toEqual([
      { ran: { choose: CHOSE_FEW } },
      { ran: { choose: { calls: 3, many: 2, few: 1 } } },
      { ran: {} },
      { ran: { other: { calls: 1, much: 1, little: 0 } } },
    ]);
  });

  test('a hot function keeps exact counts, also when it is compiled anew', async () => {
    const [first, second] = await takes(version, 'hot(100_000); take(); for (let n = 0; n < 100; n++) { hot(1_000); } take();');
    // 0, 4, 8, … of 100,000 are a quarter
    const add = { calls: 100_000, fourth: 25_000, rest: 75_000 };
    expect(first!.ran).toEqual({ hot: { calls: 1, turn: 100_000 }, add });
    expect(second!.ran).toEqual({ hot: { calls: 100, turn: 100_000 }, add });
    expect([first!.interruption, second!.interruption]).toEqual([undefined, undefined]);
  });

  describe('nothing is wrong when a session of the user', () => {
    test.each<[string, string]>([
      ['only connects', 'user.connect();'],
      ['connects and disconnects', 'user.connect(); user.disconnect();'],
      ['takes a CPU profile and stays connected', "watch(); post('Profiler.start'); choose(1); post('Profiler.stop');"],
      ['takes a heap snapshot', "watch(); post('HeapProfiler.enable'); post('HeapProfiler.collectGarbage');"],
    ])('%s', async (_name, act) => {
      const [first, second] = await takes(version, `take(); ${act} choose(2); take(); choose(1); take();`);
      expect(first!.interruption).toBeUndefined();
      expect(second!.interruption).toBeUndefined();
      expect(second!.ran.choose).toMatchObject({ many: 1 });
    });
  });

  describe('it is told once that counting was stopped, when a session of the user', () => {
    test.each<[string, string]>([
      ['stops the coverage', "watch(); post('Profiler.stopPreciseCoverage');"],
      ['disables the profiler', "watch(); post('Profiler.disable');"],
      ['disconnects after a CPU profile', "watch(); post('Profiler.start'); post('Profiler.stop'); user.disconnect();"],
    ])('%s', async (_name, act) => {
      const all = await takes(version, `choose(1); take(); ${act} choose(2); take(); choose(2); other(2); const { late } = require('./late.cjs'); late(1); take(); late(2); take();`);
      expect(all.map(({ interruption }) => interruption)).toEqual([undefined, 'stopped', undefined, undefined]);
      const [, ...after] = all;
      // a function whose blocks V8 has forgotten would pass for covered as a whole
      after.forEach(({ ran }) => expect(ran.choose).toBeUndefined());
      expect(all[2]!.ran.late).toEqual({ calls: 1, lots: 0, one: 1 });
      expect(all[3]!.ran.late).toEqual({ calls: 1, lots: 1, one: 0 });
    });

    // its start takes the counters away, so that this looks like a take of its own, and what runs behind its stop passes for covered as a whole
    test('starts and stops coverage of its own: functions whose blocks are unknown are left out', async () => {
      const [, taken] = await takes(version, `
        choose(1); take(); watch();
        post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
        post('Profiler.stopPreciseCoverage');
        choose(2); other(2); take();`);
      expect(taken!.ran).toEqual({});
    });

    test('again and again: each time', async () => {
      const stop = "post('Profiler.stopPreciseCoverage');";
      const all = await takes(version, `take(); watch(); ${stop} take(); take(); ${stop} take(); ${stop} take(); take();`);
      expect(all.map(({ interruption }) => interruption)).toEqual([undefined, 'stopped', undefined, 'stopped', 'stopped', undefined]);
    });
  });

  test('what another session took is said to be taken, and what runs from there on is counted', async () => {
    const all = await takes(version, "take(); watch(); post('Profiler.startPreciseCoverage', { callCount: true, detailed: true }); choose(1); post('Profiler.takePreciseCoverage'); other(1); take(); choose(2); take();");
    expect(all).toEqual([
      { ran: {} },
      { interruption: 'taken', ran: { other: { calls: 1, much: 0, little: 1 } } },
      { ran: { choose: { calls: 1, many: 1, few: 0 } } },
    ]);
  });

  test('started late, it leaves out the functions that ran before, and counts those that are loaded then', async () => {
    const [taken] = await takes(version, `
      const { choose } = require('./program.cjs');
      choose(1);
      const profiler = Profiler.start();
      const { late } = require('./late.cjs');
      choose(2); late(1);
      report(profiler.take());`, '');
    expect(taken).toEqual({ ran: { late: { calls: 1, lots: 0, one: 1 } } });
  });
});
