/** What is there besides `report` and `check`, on tiny functions in a small S3. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { lambdaCoverage } from './command-line';
import { tinyObject, tinySource, type TinyObject } from '../combiner/tiny-function';
import { LocalS3 } from '../s3/local-s3';

const BUCKET = 'tiny-coverage';

let folder: string;
let s3: LocalS3;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'commands-'));
  s3 = await LocalS3.start({ buckets: [BUCKET] });
});

afterEach(async () => {
  await s3.stop();
  rmSync(folder, { recursive: true, force: true });
});

const put = (...objects: readonly TinyObject[]) => objects.forEach(({ key, body }) => s3.put(BUCKET, key, body));
const run = (...args: string[]) => lambdaCoverage(args, { cwd: folder, environment: s3.environment() });

/** An object of a function, with other metadata. */
function object(sequence: number, metadata: object): TinyObject {
  return tinyObject(sequence, (raw) => ({ ...raw, metadata: { ...raw.metadata, ...metadata } }));
}

const several = () => [
  tinySource(),
  object(0, { functionName: 'orders', timestamp: '2026-01-30T10:00:00.000Z', phase: 'init', runId: 'run-1' }),
  object(1, { functionName: 'orders', timestamp: '2026-01-31T10:00:00.000Z', runId: 'run-2' }),
  object(2, { functionName: 'orders', timestamp: '2026-01-31T12:00:00.000Z', runId: 'run-2' }),
  object(3, { functionName: 'refunds', timestamp: '2026-02-01T10:00:00.000Z' }),
];

describe('ls', () => {
  test('lists functions by the keys of their objects, without reading any', async () => {
    put(...several());
    const before = s3.requests.length;
    expect(await run('ls', `s3://${BUCKET}`)).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: [
        'FUNCTION  OBJECTS  FIRST       LAST',
        'orders          3  2026-01-30  2026-01-31',
        'refunds         1  2026-02-01  2026-02-01',
        '',
      ].join('\n'),
    });
    expect(s3.requests.slice(before).filter(({ operation, key }) => operation === 'GetObject' && key?.endsWith('.coverage'))).toEqual([]);
  });

  test('lists runs', async () => {
    put(...several());
    expect((await run('ls', `s3://${BUCKET}`, '--runs', '--function', 'ord*')).stdout).toBe([
      'FUNCTION  RUN    OBJECTS  FIRST                     LAST',
      'orders    run-1        1  2026-01-30T10:00:00.000Z  2026-01-30T10:00:00.000Z',
      'orders    run-2        2  2026-01-31T10:00:00.000Z  2026-01-31T12:00:00.000Z',
      '',
    ].join('\n'));
    expect(JSON.parse((await run('ls', `s3://${BUCKET}`, '--until', '2026-01-31', '--json')).stdout)).toEqual([
      { function: 'orders', objects: 3, first: '2026-01-30', last: '2026-01-31' },
    ]);
  });

  test('says where there is nothing', async () => {
    expect(await run('ls', `s3://${BUCKET}`)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(`no coverage in s3://${BUCKET}/coverage/`) });
  });
});

describe('of the coverage a report is made of', () => {
  const objects = async (...args: string[]) => (JSON.parse((await run('report', `s3://${BUCKET}`, '--format', 'lcov', '--json', ...args)).stdout) as { files_processed: number }).files_processed;

  test.each<[string, string[], number]>([
    ['all', [], 4],
    ['what was taken then or later', ['--since', '2026-01-31T10:00:00Z'], 3],
    ['what was taken before', ['--until', '2026-01-31T12:00:00Z'], 2],
    ['both', ['--since', '2026-01-31', '--until', '2026-02-01'], 2],
    ['a function', ['--function', 'refunds'], 1],
    ['functions by globs', ['--function', 'ref*', '--function', 'ord*'], 4],
    ['a run', ['--run', 'run-2'], 2],
    ['what ran while starting up', ['--phase', 'init'], 1],
  ])('%s', async (_, args, expected) => {
    put(...several());
    expect(await objects(...args)).toBe(expected);
  });

  test('nothing is there that is asked for', async () => {
    put(...several());
    expect(await run('report', `s3://${BUCKET}`, '--run', 'run-9')).toMatchObject({
      exitCode: 1, stderr: expect.stringContaining('none of the 4 objects in s3://tiny-coverage/coverage/ is of the time, function, run and phase that are asked for'),
    });
  });

  test.each([
    ['--since', 'yesterday', /'yesterday' is neither a time such as 2026-01-31 or 2026-01-31T12:00:00Z nor a duration before now such as 2h or 7d/],
    ['--until', '2026-13-01', /'2026-13-01' is neither a time/],
    ['--phase', 'handler', /'handler' is invalid[^]*Allowed choices are init, invocation/],
    ['--wait', 'long', /'long' is not a duration such as 90s, 15m, 2h, 7d or 1w/],
  ])('%s %s is refused', async (option, value, message) => {
    const { exitCode, stderr } = await run('report', `s3://${BUCKET}`, option, value);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
  });
});

test('--json has the fields of the reference', async () => {
  put(...several());
  const { stdout } = await run('report', `s3://${BUCKET}`, '--json', '--format', 'text,lcov');
  expect(JSON.parse(stdout)).toEqual({
    files_processed: 4,
    files_skipped: 0,
    combined_coverage: 66.67,
    output_location: path.join(folder, 'coverage'),
    processing_time_ms: expect.any(Number),
    errors: [],
    complete: true,
    coverage_percentage: 66.67,
    lines_covered: 3,
    lines_total: 4,
    branches_covered: 1,
    branches_total: 2,
    lambda_functions: ['orders', 'refunds'],
    totals: expect.objectContaining({ statements: { total: 4, covered: 3, skipped: 0, pct: 75 } }),
    reports: [path.join(folder, 'coverage', 'coverage.txt'), path.join(folder, 'coverage', 'lcov.info')],
  });
});

describe('--wait', () => {
  test('waits until nothing new comes, and says so', async () => {
    put(...several());
    const late = setTimeout(() => put(object(9, { functionName: 'late', timestamp: '2026-02-02T00:00:00.000Z' })), 1_000);
    const { stdout, stderr, exitCode } = await run('report', `s3://${BUCKET}`, '--wait', '2.5s', '--format', 'lcov');
    clearTimeout(late);
    expect(stderr).toMatch(/^no new object in s3:\/\/tiny-coverage\/coverage\/ for 2\.5 s, waited (?:[3-9]|\d\d)(?:\.\d)? s: 5 objects\n$/);
    expect(stdout).toContain('5 objects of 3 functions');
    expect(exitCode).toBe(0);
  });

  test('does not wait for ever', async () => {
    put(...several());
    let sequence = 10;
    const always = setInterval(() => put(object(sequence++, { functionName: 'busy', timestamp: '2026-02-02T00:00:00.000Z' })), 100);
    const { stderr, exitCode } = await run('report', `s3://${BUCKET}`, '--wait', '3s', '--wait-timeout', '2s', '--format', 'lcov');
    clearInterval(always);
    expect(stderr).toMatch(/^new objects still come after 2(?:\.\d)? s: what has come by now is reported, \d+ objects\n$/);
    expect(exitCode).toBe(0);
  });
});

describe('run', () => {
  test('reports what was taken since its command began', async () => {
    put(...several());
    const during = setTimeout(() => put(object(9, { functionName: 'orders', timestamp: new Date().toISOString() })), 700);
    const { stdout, stderr, exitCode } = await run('run', `s3://${BUCKET}`, '--format', 'lcov', '--wait', '0.5s', '--', process.execPath, '-e', "setTimeout(() => console.log('tested'), 1500)");
    clearTimeout(during);
    expect(stderr).toMatch(/^no new object in .* for 0\.5 s/);
    expect(stdout).toMatch(/^tested\n1 objects of 1 functions, the newest of /);
    expect(exitCode).toBe(0);
  });

  test("ends with its command's exit code, and reports all the same", async () => {
    put(object(9, { functionName: 'orders', timestamp: new Date(Date.now() + 60_000).toISOString() }), tinySource());
    expect(await run('run', `s3://${BUCKET}`, '--format', 'lcov', '--wait', '0.1s', '--', 'sh', '-c', 'exit 7')).toMatchObject({ exitCode: 7, stdout: expect.stringContaining('1 objects') });
    expect(existsSync(path.join(folder, 'coverage', 'lcov.info'))).toBe(true);
  });

  test.each<[string, string[], number, RegExp]>([
    ['no command', ['run', `s3://${BUCKET}`], 2, /no command to run; put it behind '--'/],
    ['one that there is not', ['run', `s3://${BUCKET}`, '--', 'no-such-command'], 1, /'no-such-command' cannot be run: spawn no-such-command ENOENT/],
  ])('refuses %s', async (_, args, code, message) => {
    const { exitCode, stderr } = await run(...args);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(code);
  });
});

describe('doctor', () => {
  test('finds nothing where all is well', async () => {
    put(...several());
    expect(await run('doctor', `s3://${BUCKET}`)).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: [
        'ok      s3://tiny-coverage/coverage/: 4 objects of 2 functions, the newest of 2026-02-01',
        'ok      the newest 4 objects can be read',
        'ok      4 of them tell of 1 files: 3 of 4 lines are covered',
        '',
      ].join('\n'),
    });
  });

  test.each<[string, () => void, RegExp]>([
    ['nothing was uploaded', () => undefined, /PROBLEM s3:\/\/tiny-coverage\/coverage\/ can be listed, and holds no coverage\n {8}invoke an attached function/],
    ['the bucket may not be listed', () => s3.deny(({ operation }) => operation === 'ListObjectsV2'), /PROBLEM no right to use .*the credentials need s3:ListBucket/],
    ['objects may not be read', () => {
      put(...several());
      s3.deny(({ operation }) => operation === 'GetObject');
    }, /PROBLEM 4 of the newest 4 objects cannot be read[^]*note {4}.*the credentials need s3:GetObject/],
    ['sources are missing', () => put(...several().slice(1)), /PROBLEM nothing can be reported of them[^]*note {4}orders, refunds: index\.js: its source was not kept/],
  ])('says that %s', async (_, prepare, message) => {
    prepare();
    const { exitCode, stdout } = await run('doctor', `s3://${BUCKET}`);
    expect(stdout).toMatch(message);
    expect(exitCode).toBe(1);
  });

  test('says that there is no such bucket', async () => {
    expect(JSON.parse((await run('doctor', 's3://no-such-coverage', '--json')).stdout)).toEqual([{ status: 'problem', message: expect.stringContaining("bucket 'no-such-coverage' does not exist") }]);
  });
});

test('download copies what a report needs', async () => {
  put(...several());
  expect(await run('download', `s3://${BUCKET}`, '-o', 'copy', '--function', 'orders')).toMatchObject({
    exitCode: 0, stdout: `3 objects from s3://tiny-coverage/coverage/ in ${path.join(folder, 'copy')}\n`,
  });
  expect((await run('report', 'copy', '--format', 'lcov')).stdout).toContain('3 objects of 1 functions');
  expect(await run('download', `s3://${BUCKET}`, '--function', 'none')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('is of the time and the functions that are asked for') });
});

test('merge makes one file of several, which says the same', async () => {
  put(...several());
  const { stdout } = await run('download', `s3://${BUCKET}`, '-o', 'copy', '--json');
  const { files } = JSON.parse(stdout) as { files: string[] };
  await run('report', 'copy', '--format', 'json', '-o', 'before');
  expect(await run('merge', ...files, '-o', 'copy/all.coverage')).toMatchObject({ exitCode: 0, stdout: `4 files in ${path.join(folder, 'copy', 'all.coverage')}\n` });
  files.forEach((file) => rmSync(file));
  await run('report', 'copy', '--format', 'json', '-o', 'after');
  const map = (name: string) => readFileSync(path.join(folder, name, 'coverage-final.json'), 'utf8');
  expect(map('after')).toBe(map('before'));
  expect(await run('merge', 'none.coverage')).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/none of the 1 coverage files can be read: none\.coverage: ENOENT/) });
});

test('combine writes into the bucket', async () => {
  put(...several());
  expect(await run('combine', `s3://${BUCKET}`)).toMatchObject({
    exitCode: 0, stdout: '4 objects, 0 skipped: 66.67 % of statements and branches, in s3://tiny-coverage/coverage/combined/coverage-final.json\n',
  });
  expect(JSON.parse(s3.object(BUCKET, 'coverage/combined/coverage-final.json').body.toString('utf8'))).toHaveProperty(['index.js']);
  expect(JSON.parse((await run('combine', `s3://${BUCKET}`, '--key', 'here.json', '--json')).stdout)).toMatchObject({ output_location: 's3://tiny-coverage/here.json' });
});

test('compact replaces what is of days that are over', async () => {
  put(...several());
  expect(await run('compact', `s3://${BUCKET}`)).toMatchObject({ exitCode: 0, stdout: '2 objects were replaced by 1\n' });
  expect((await run('report', `s3://${BUCKET}`, '--format', 'lcov')).exitCode).toBe(0);
});

test.each(['combine', 'compact', 'download'])('%s is for buckets', async (command) => {
  expect(await run(command, '.')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("'.' is not a bucket such as s3://my-coverage-bucket") });
});

describe('AWS', () => {
  test('is reached by endpoint, region and profile', async () => {
    put(...several());
    const { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret, AWS_REGION: region } = s3.environment();
    writeFileSync(path.join(folder, 'credentials'), `[tests]\naws_access_key_id = ${key}\naws_secret_access_key = ${secret}\n`);
    const environment = { AWS_SHARED_CREDENTIALS_FILE: path.join(folder, 'credentials'), AWS_ACCESS_KEY_ID: 'AKIAOTHER', AWS_SECRET_ACCESS_KEY: 'other' };
    const endpoint = Object.entries(s3.environment()).find(([name]) => name.startsWith('AWS_ENDPOINT_URL'))![1];
    const args = ['ls', `s3://${BUCKET}`, '--endpoint-url', endpoint, '--profile', 'tests'];
    expect(await lambdaCoverage([...args, '--region', region!], { cwd: folder, environment })).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await lambdaCoverage(args, { cwd: folder, environment: { ...environment, AWS_DEFAULT_REGION: region! } })).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await lambdaCoverage(['ls', `s3://${BUCKET}`, '--endpoint-url', endpoint, '--region', region!, '--profile', 'none'], { cwd: folder, environment }))
      .toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/credentials/) });
  });

  test('says which right is missing', async () => {
    put(...several());
    s3.deny(({ operation }) => operation === 'PutObject');
    expect(await run('combine', `s3://${BUCKET}`)).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("the credentials need s3:PutObject on bucket 'tiny-coverage'") });
  });
});

test.each<['ExpiredToken' | 'NoSuchBucket', string]>([
  ['ExpiredToken', 'the AWS credentials have expired; log in again'],
  ['NoSuchBucket', "bucket 'tiny-coverage' does not exist"],
])('%s is said in words', async (code, message) => {
  s3.faults = () => ({ kind: 'error', code });
  expect(await run('report', `s3://${BUCKET}`)).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining(message) });
});

test('a bucket of another region is found', async () => {
  const other = await LocalS3.start({ bucketRegions: { 'other-coverage': 'eu-central-1' } });
  try {
    several().forEach(({ key, body }) => other.put('other-coverage', key, body));
    const { exitCode, stdout, stderr } = await lambdaCoverage(['doctor', 's3://other-coverage'], { cwd: folder, environment: other.environment() });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('4 objects of 2 functions');
  } finally {
    await other.stop();
  }
});

test('what each region says is of another one ends', async () => {
  let asked = 0;
  const server = createServer((_, response) => {
    asked += 1;
    response.writeHead(400, { 'content-type': 'application/xml' });
    response.end(`<Error><Code>AuthorizationHeaderMalformed</Code><Message>wrong</Message><Region>eu-west-${asked}</Region></Error>`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const environment = { ...s3.environment(), AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    const { exitCode, stderr } = await lambdaCoverage(['ls', 's3://elsewhere'], { cwd: folder, environment });
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining("s3:ListBucket of 'elsewhere' failed: wrong (400)") });
    expect(asked).toBe(2);
  } finally {
    server.close();
  }
});

describe('a terminal', () => {
  test('has no colours where NO_COLOR asks for none', async () => {
    put(...several());
    const coloured = await lambdaCoverage(['report', `s3://${BUCKET}`, '--format', 'text'], { cwd: folder, environment: { ...s3.environment(), FORCE_COLOR: '1' } });
    expect(coloured.stdout).toContain('\u001b[');
    const plain = await lambdaCoverage(['report', `s3://${BUCKET}`, '--format', 'text'], { cwd: folder, environment: { ...s3.environment(), NO_COLOR: '1', TERM: 'xterm-256color', COLORTERM: 'truecolor' } });
    expect(plain.stdout).not.toContain('\u001b[');
  });

  test('completes names', async () => {
    expect((await run('complete', '--', 're')).stdout).toBe('report\n');
    expect((await run('complete', '--', 'report', '--un')).stdout).toBe('--unit\n--until\n');
    expect((await run('complete', '--', 'report', '--phase', '')).stdout).toBe('init\ninvocation\n');
    for (const shell of ['bash', 'zsh', 'fish']) {
      expect((await run('complete', shell)).stdout).toContain('lambda-coverage complete -- ');
    }
    expect(await run('complete', 'cmd')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('bash, zsh, fish') });
    expect(await run('complete')).toMatchObject({ exitCode: 2 });
  });

  test('asks as bash does', async () => {
    const cli = path.join(__dirname, '..', '..', 'assets', 'cli', 'lambda-coverage.js');
    const asked = `lambda-coverage() { "${process.execPath}" "${cli}" "$@"; }
source <(lambda-coverage complete bash)
COMP_WORDS=(lambda-coverage check --chan) COMP_CWORD=2
_lambda_coverage
echo "\${COMPREPLY[@]}"`;
    expect(execFileSync('bash', ['-c', asked], { encoding: 'utf8' })).toBe('--changed-lines\n');
  });

  test('that is closed is no error', async () => {
    put(...several());
    const cli = path.join(__dirname, '..', '..', 'assets', 'cli', 'lambda-coverage.js');
    const [ls, help] = [`ls s3://${BUCKET}`, 'report --help'].map((args) => `"${process.execPath}" "${cli}" ${args} | true`);
    const shell = spawn('sh', ['-c', `${ls}; ${help}`], { cwd: folder, env: { PATH: process.env.PATH, ...s3.environment() } });
    let stderr = '';
    shell.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
    await once(shell, 'close');
    expect(stderr).toBe('');
  });
});

test('help has examples for each command, of options that it knows', async () => {
  const { stdout } = await run('--help');
  const commands = [...stdout.matchAll(/^ {2}(\w+) .*(?:\[options\]|<|\[)/gm)].map(([, name]) => name!).filter((name) => !['help', 'complete'].includes(name));
  expect(commands).toEqual(['report', 'check', 'run', 'ls', 'doctor', 'combine', 'download', 'merge', 'compact']);
  for (const command of commands) {
    const help = (await run(command, '--help')).stdout;
    const examples = help.slice(help.indexOf('Examples:')).split('\n').filter((line) => line.startsWith('  $ lambda-coverage '));
    expect(examples.length).toBeGreaterThan(0);
    const known = [...help.slice(0, help.indexOf('Examples:')).matchAll(/(--[a-z-]+)/g)].map(([, option]) => option);
    expect(examples.flatMap((line) => [...line.matchAll(/ (--[a-z-]+)/g)].map(([, option]) => option)).filter((option) => !known.includes(option))).toEqual([]);
  }
  expect(existsSync(path.join(folder, 'coverage'))).toBe(false);
  expect(readdirSync(folder)).toEqual([]);
});
