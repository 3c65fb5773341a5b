/** Functions that are not like others, on the oldest and the newest Python of this machine. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { called, combined, describePythons, ENDS, reported, startPython, startS3, VERSIONS } from './attached-function';
import { pythonInterpreters } from '../../../projenrc/python-layer/interpreters';

const HANDLER = 'def handler(event, context):\n    return 1\n';

describePythons('odd functions in Python', ENDS, (version) => {
  /** From 3.14 on, coverage rests on `sys.monitoring`, and trace functions are nobody's business but the user's. */
  const isTracing = Number(version.split('.')[1]) < 14;

  test('a coverage.py of the function itself is the one that it gets, and both count', async () => {
    const s3 = await startS3();
    // of another version than the layer's, and not a working one for anybody else
    const files = {
      'coverage/__init__.py': '__version__ = "4.0"\nfrom coverage.parser import MINE\n',
      'coverage/parser.py': 'MINE = "mine"\n',
      'coverage-4.0.dist-info/RECORD': 'coverage/__init__.py,,\ncoverage/parser.py,,\n',
      'app.py': 'def handler(event, context):\n    import coverage\n    import coverage.parser\n    return [coverage.__version__, coverage.MINE, coverage.parser.__file__.count("/task-")]\n',
    };
    const lambda = await startPython(s3, version, { files });
    for (let n = 0; n < 2; n++) {
      expect((await lambda.invoke({})).payload).toEqual(['4.0', 'mine', 1]);
      await lambda.settled();
    }
    expect((await combined(s3)).coverage.files()).toEqual(['app.py']);
    expect(reported(lambda)).toEqual([]);
  });

  test('the modules of the layer are not in the way of those of the function', async () => {
    const names = ['context', 'models', 'decorator', 'http_client', 'tracer', 'coverage'];
    const files = Object.fromEntries(names.map((name) => [`${name}.py`, `NAME = "${name}"\n`]));
    const app = `import sys\n\n\ndef handler(event, context):\n    return [__import__(name).NAME for name in ${JSON.stringify(names)}]\n`;
    const lambda = await startPython(await startS3(), version, { files: { ...files, 'app.py': app } });
    expect((await lambda.invoke({})).payload).toEqual(names);
    await lambda.settled();
    expect((await lambda.invoke({})).payload).toEqual(names);
  });

  test('another trace function is noticed, said once and left as it is', async () => {
    const s3 = await startS3();
    const app = `import sys

seen = []


def tracer(frame, event, arg):
    if event == "call" and frame.f_code.co_name == "traced":
        seen.append(event)
    return tracer


def traced():
    return 1


def handler(event, context):
    if event.get("set"):
        sys.settrace(tracer)
    traced()
    return [len(seen), sys.gettrace() is tracer]
`;
    const lambda = await startPython(s3, version, { files: { 'app.py': app } });
    expect((await lambda.invoke({})).payload).toEqual([0, false]);
    await lambda.settled();
    expect((await lambda.invoke({ set: true })).payload).toEqual([1, true]);
    await lambda.settled();
    expect((await lambda.invoke({})).payload).toEqual([2, true]);
    await lambda.settled();
    expect(reported(lambda)).toEqual(isTracing ? [expect.stringContaining('Other code in this process set a trace function of its own')] : []);
    expect(await called(s3)).toEqual(['handler', 'traced']);
  });

  test('where a trace function is set before coverage starts, there is none, and the log says why', async () => {
    const s3 = await startS3();
    const files = { 'app.py': 'import sys\n\n\ndef handler(event, context):\n    return sys.gettrace() is not None\n' };
    // a layer with what Python runs at its start
    const layer = mkdtempSync(path.join(tmpdir(), 'layer-'));
    writeFileSync(path.join(layer, 'sitecustomize.py'), 'import sys\nsys.settrace(lambda *_: None)\n');
    const lambda = await startPython(s3, version, { files, environment: { PYTHONPATH: `${layer}:/opt/python` } });
    expect((await lambda.invoke({})).payload).toBe(true);
    expect(reported(lambda)).toEqual(isTracing ? ['no coverage is collected: a trace function is set already, as by a debugger'] : []);
    rmSync(layer, { recursive: true });
  });

  test('PYTHONPATH of the function is kept', async () => {
    const s3 = await startS3();
    const more = mkdtempSync(path.join(tmpdir(), 'more-'));
    writeFileSync(path.join(more, 'extra.py'), 'NAME = "extra"\n');
    const files = { 'app.py': 'import extra\n\n\ndef handler(event, context):\n    return extra.NAME\n' };
    const environment = { PYTHONPATH: `${more}:/opt/python/lib/python${version}/site-packages:/opt/python` };
    const lambda = await startPython(s3, version, { files, environment });
    expect((await lambda.invoke({})).payload).toBe('extra');
    await lambda.settled();
    expect(await called(s3)).toEqual(['handler']);
    rmSync(more, { recursive: true });
  });

  test('sources of any encoding, with any line ends, and those of an archive', async () => {
    const s3 = await startS3();
    const files = {
      'app.py': Buffer.from('# -*- coding: latin-1 -*-\r\nimport sys\r\nsys.path.append(__file__.replace("app.py", "lib.zip"))\r\nimport packed, signed\r\n\r\n\r\ndef handler(event, context):\r\n    return ["f\xfcr", packed.one(), signed.two()]\r\n', 'latin1'),
      'signed.py': '\ufeffdef two():\n    return 2',
      'lib.zip': zip(version, { 'packed.py': 'def one():\n    return 1\n' }),
    };
    const lambda = await startPython(s3, version, { files });
    expect((await lambda.invoke({})).payload).toEqual(['für', 1, 2]);
    await lambda.settled();
    expect((await combined(s3)).coverage.files()).toEqual(['app.py', 'lib.zip/packed.py', 'signed.py']);
    expect([await called(s3), await called(s3, 'lib.zip/packed.py'), await called(s3, 'signed.py')]).toEqual([['handler'], ['one'], ['two']]);
    expect((await combined(s3)).texts.get('app.py')).toContain('"für"');
    expect(reported(lambda)).toEqual([]);
  });

  test('modules that there is only bytecode of are named', async () => {
    const s3 = await startS3();
    const lambda = await startPython(s3, version, { files: { 'app.py': `import compiled\n\n\n${HANDLER}`, 'compiled.pyc': bytecode(version, 'X = 1\n') } });
    expect((await lambda.invoke({})).payload).toBe(1);
    await lambda.settled();
    const { coverage, errors } = await combined(s3);
    expect(coverage.files()).toEqual(['app.py']);
    expect(errors).toEqual([expect.stringMatching(/compiled\.pyc.*has no source in the package, only bytecode/)]);
  });

  test('a source that is changed while the function runs is named, and not told by what it is now', async () => {
    const s3 = await startS3();
    const app = 'import late\n\n\ndef handler(event, context):\n    with open(late.__file__, "w") as file:\n        file.write("# other\\n" * 9)\n    return late.one()\n';
    const lambda = await startPython(s3, version, { files: { 'app.py': app, 'late.py': 'def one():\n    return 1\n' } });
    expect((await lambda.invoke({})).payload).toBe(1);
    await lambda.settled();
    const { coverage, errors } = await combined(s3);
    expect(coverage.files()).toEqual(['app.py']);
    expect(errors).toEqual([expect.stringMatching(/late\.py.*was changed while the function ran/)]);
  });

  test('code without a file, and a file that cannot be parsed later, change nothing', async () => {
    const s3 = await startS3();
    const app = 'def handler(event, context):\n    space = {}\n    exec("def inner():\\n    return 5\\n", space)\n    exec(compile("A = 1", __file__.replace("app", "template"), "exec"), space)\n    return space["inner"]()\n';
    const lambda = await startPython(s3, version, { files: { 'app.py': app, 'template.py': '{% if %}\n' } });
    expect((await lambda.invoke({})).payload).toBe(5);
    await lambda.settled();
    expect((await combined(s3).then(({ coverage }) => coverage.files()))).toEqual(['app.py']);
    expect(reported(lambda)).toEqual([expect.stringContaining('template.py cannot be parsed')]);
  });

  test("the descriptor that Python tells of signals is the function's own", async () => {
    const s3 = await startS3();
    const app = `import asyncio
import os
import signal

seen = [signal.set_wakeup_fd(-1)]
loop = asyncio.new_event_loop()


async def raised():
    told = asyncio.Event()
    loop.add_signal_handler(signal.SIGUSR1, told.set)
    os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.wait_for(told.wait(), 1)


def handler(event, context):
    seen.append(signal.set_wakeup_fd(-1))
    if event.get("raise"):
        # the handler is not removed, and the loop is used again
        loop.run_until_complete(raised())
    elif seen[-1] != -1:
        signal.set_wakeup_fd(seen[-1])
        loop.run_until_complete(raised())
    return seen
`;
    const lambda = await startPython(s3, version, { files: { 'app.py': app } });
    expect((await lambda.invoke({})).payload).toEqual([-1, -1]);
    await lambda.settled();
    expect((await lambda.invoke({ raise: true })).payload).toEqual([-1, -1, -1]);
    await lambda.settled();
    const seen = (await lambda.invoke({})).payload as number[];
    expect(seen[3]).toBeGreaterThan(2);
    await lambda.settled();
    expect((await lambda.invoke({})).payload).toEqual([...seen, seen[3]]);
    expect(reported(lambda)).toEqual([]);
  });

  test('descriptors of coverage that the function closes do no harm', async () => {
    const s3 = await startS3();
    const app = `import os


def handler(event, context):
    closed = 0
    for number in map(int, os.listdir("/proc/self/fd")):
        try:
            if number > 2 and os.readlink(f"/proc/self/fd/{number}").startswith("pipe:"):
                os.close(number)
                closed += 1
        except OSError:
            pass
    return closed
`;
    const lambda = await startPython(s3, version, { files: { 'app.py': app } });
    // one to write to and one to read from, and maybe others
    expect((await lambda.invoke({})).payload).toBeGreaterThanOrEqual(2);
    await lambda.settled();
    for (let n = 0; n < 2; n++) {
      expect((await lambda.invoke({})).payload).toBe(0);
      await lambda.settled();
    }
    expect(await called(s3)).toEqual(['handler']);
    expect(reported(lambda)).toEqual([]);
    expect(lambda.pid).toBeDefined();
  });

  test('a full or a read-only /tmp loses nothing while S3 is there', async () => {
    const s3 = await startS3();
    const lambda = await startPython(s3, version, { files: { 'app.py': HANDLER }, tmpDir: '/dev/full-or-not-there' });
    expect((await lambda.invoke({})).payload).toBe(1);
    await lambda.settled();
    expect(await called(s3)).toEqual(['handler']);
    expect(reported(lambda)).toEqual([]);
  });

  test('on-change: without news nothing is sent', async () => {
    const s3 = await startS3();
    const files = { 'app.py': 'def handler(event, context):\n    if event.get("x"):\n        return 1\n    return 2\n' };
    const lambda = await startPython(s3, version, { files, settings: { uploadMode: 'on-change' } });
    for (const [event, requests] of [[{}, true], [{}, false], [{ x: 1 }, true], [{ x: 1 }, false], [{}, false]] as const) {
      const before = s3.requests.length;
      await lambda.invoke(event);
      await lambda.settled();
      expect(s3.requests.length > before).toBe(requests);
    }
    expect((await combined(s3)).coverage.getCoverageSummary().lines.pct).toBe(100);
  });

  test('the decorator and contexts of the module do no harm under redirection', async () => {
    const s3 = await startS3();
    const app = `from coverage_wrapper import CoverageContext, coverage_handler
from coverage_wrapper.health_check import get_coverage_status, health_check_handler


def block():
    return 1


@coverage_handler
def handler(event, context):
    with CoverageContext():
        block()
    return [get_coverage_status()["active"], health_check_handler()["status"]]
`;
    const lambda = await startPython(s3, version, { files: { 'app.py': app } });
    const { payload } = await lambda.invoke({});
    await lambda.settled();
    expect(payload).toEqual([true, 'healthy']);
    expect(await called(s3)).toEqual(['block', 'handler']);
    expect(reported(lambda)).toEqual([]);
  });

  test('without branches, by lines', async () => {
    const s3 = await startS3();
    const files = { 'app.py': 'def handler(event, context):\n    if event:\n        return 1\n    return 2\n' };
    const lambda = await startPython(s3, version, { files, settings: { branchCoverage: false } });
    await lambda.invoke({});
    await lambda.settled();
    await lambda.invoke({});
    await lambda.settled();
    const { coverage } = await combined(s3);
    expect(coverage.fileCoverageFor('app.py').getLineCoverage()).toEqual({ 1: 1, 2: 1, 3: 0, 4: 1 });
    expect(coverage.getCoverageSummary().branches.total).toBe(0);
  });

  test('credentials that have to be asked for, as with SnapStart', async () => {
    const s3 = await startS3();
    const { AWS_ACCESS_KEY_ID: AccessKeyId, AWS_SECRET_ACCESS_KEY: SecretAccessKey, AWS_SESSION_TOKEN: Token } = s3.environment();
    const asked: Array<string | undefined> = [];
    const server = createServer((request, response) => {
      asked.push(request.headers.authorization);
      response.end(JSON.stringify({ AccessKeyId, SecretAccessKey, Token, Expiration: new Date(Date.now() + 3_600_000).toISOString() }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const lambda = await startPython(s3, version, {
      files: { 'app.py': HANDLER },
      environment: {
        AWS_ACCESS_KEY_ID: '',
        AWS_SECRET_ACCESS_KEY: '',
        AWS_SESSION_TOKEN: '',
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${(server.address() as AddressInfo).port}/2021-04-23/credentials?one=two`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: 'token',
      },
    });
    for (let n = 0; n < 2; n++) {
      expect((await lambda.invoke({})).payload).toBe(1);
      await lambda.settled();
    }
    expect(reported(lambda)).toEqual([]);
    expect(await called(s3)).toEqual(['handler']);
    expect(asked).toEqual(['token']);
    server.close();
  });

  test.each<[string, string, string[]]>([
    ['of a tool, that calls the own one', 'datadog_lambda.handler', ['own.py']],
    ['of the function itself, which was installed', 'orders.handler', ['orders/__init__.py', 'orders/handler.py', 'own.py']],
  ])('a handler %s', async (_, handler, reportedFiles) => {
    const s3 = await startS3();
    const [name] = handler.split('.');
    const files = {
      [`${name}/__init__.py`]: 'X = 1\n',
      [`${name}/handler.py`]: 'import own\n\n\ndef handler(event, context):\n    return own.handler(event, context)\n',
      [`${name}-1.0.dist-info/RECORD`]: `${name}/__init__.py,,\n${name}/handler.py,,\n`,
      'own.py': HANDLER,
    };
    const lambda = await startPython(s3, version, { files, handler: `${handler}.handler` });
    expect((await lambda.invoke({})).payload).toBe(1);
    await lambda.settled();
    expect((await combined(s3)).coverage.files()).toEqual(reportedFiles);
  });

  test('include and exclude choose files', async () => {
    const s3 = await startS3();
    const files = { 'app.py': `import lib.one, lib.two\n\n\n${HANDLER}`, 'lib/__init__.py': '', 'lib/one.py': 'A = 1\n', 'lib/two.py': 'A = 1\n' };
    const lambda = await startPython(s3, version, { files, settings: { include: ['lib/**'], exclude: ['**/two.py'] } });
    await lambda.invoke({});
    await lambda.settled();
    expect((await combined(s3)).coverage.files()).toEqual(['lib/one.py']);
  });

  test('coverage goes to a folder instead of a bucket', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'coverage-'));
    const lambda = await startPython(await startS3(), version, { files: { 'app.py': HANDLER }, settings: { bucket: undefined, directory: folder } });
    await lambda.invoke({});
    await lambda.settled();
    expect(execFileSync('find', [folder, '-name', '*.coverage', '-type', 'f'], { encoding: 'utf8' }).trim().split('\n')).toHaveLength(1);
    rmSync(folder, { recursive: true });
  });
});

describePythons('tools that monitor', VERSIONS.filter((one) => Number(one.split('.')[1]) >= 12), (version) => test('other tools may monitor as well', async () => {
  const s3 = await startS3();
  const app = `import sys

seen = []


def watch():
    tool = sys.monitoring.COVERAGE_ID
    sys.monitoring.use_tool_id(tool, "mine")
    sys.monitoring.register_callback(tool, sys.monitoring.events.PY_START, lambda code, _: seen.append(code.co_name))
    sys.monitoring.set_events(tool, sys.monitoring.events.PY_START)


def handler(event, context):
    if not seen:
        watch()
    own_work()
    return seen.count("own_work")


def own_work():
    return 1
`;
  const lambda = await startPython(s3, version, { files: { 'app.py': app }, settings: { branchCoverage: false } });
  for (const count of [1, 2]) {
    expect((await lambda.invoke({})).payload).toBe(count);
    await lambda.settled();
  }
  expect(await called(s3)).toEqual(['handler', 'own_work', 'watch']);
  expect(reported(lambda)).toEqual([]);
}));

function bytecode(version: (typeof VERSIONS)[number], source: string): Buffer {
  const folder = mkdtempSync(path.join(tmpdir(), 'bytecode-'));
  writeFileSync(path.join(folder, 'module.py'), source);
  execFileSync(pythonInterpreters().get(version)!, ['-c', 'import py_compile, sys; py_compile.compile(sys.argv[1], sys.argv[2])', path.join(folder, 'module.py'), path.join(folder, 'module.pyc')]);
  const compiled = readFileSync(path.join(folder, 'module.pyc'));
  rmSync(folder, { recursive: true });
  return compiled;
}

function zip(version: (typeof VERSIONS)[number], files: Record<string, string>): Buffer {
  const folder = mkdtempSync(path.join(tmpdir(), 'zip-'));
  const program = 'import json, sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], "w") as archive:\n    for name, text in json.loads(sys.argv[2]).items():\n        archive.writestr(name, text)\n';
  execFileSync(pythonInterpreters().get(version)!, ['-c', program, path.join(folder, 'lib.zip'), JSON.stringify(files)]);
  const archive = readFileSync(path.join(folder, 'lib.zip'));
  rmSync(folder, { recursive: true });
  return archive;
}
