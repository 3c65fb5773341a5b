import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { DEFAULT_SETTINGS, encodeEnvironment } from '../../../../src/contract/environment';
import { taskFolder } from '../../../task-folder';
import { LAYER } from '../attached-function';

const BOOTSTRAP = path.join(LAYER, 'nodejs/node_modules/coverage-wrapper/bootstrap.mjs');

test("the registration is on its way while the user's module loads, which keeps the process from sending anything", async () => {
  // waits for the API to have seen it, which it tells by a file
  const task = taskFolder({
    'index.js': `const { existsSync } = require('node:fs');
      for (const end = Date.now() + 20_000; !existsSync(__dirname + '/registered') && Date.now() < end;);
      const isRegistered = existsSync(__dirname + '/registered');
      exports.handler = async () => isRegistered;`,
    'main.mjs': `const { handler } = await import(${JSON.stringify(BOOTSTRAP)});
      console.log(await handler({}, {}));
      process.exit(0);`,
  });
  const api = createServer((request, response) => {
    if (request.url!.endsWith('/register')) {
      writeFileSync(path.join(task, 'registered'), '');
      response.writeHead(200, { 'Lambda-Extension-Identifier': 'id' }).end('{}');
    } // the next event never comes
  }).listen(0, '127.0.0.1');
  try {
    await new Promise((resolve) => api.once('listening', resolve));
    const { stdout } = await promisify(execFile)(process.execPath, [path.join(task, 'main.mjs')], {
      env: {
        ...encodeEnvironment({ ...DEFAULT_SETTINGS, handler: 'index.handler', directory: path.join(task, 'coverage') }),
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(api.address() as AddressInfo).port}`,
        LAMBDA_TASK_ROOT: task,
      },
    });
    expect(stdout).toBe('true\n');
  } finally {
    api.closeAllConnections();
    api.close();
  }
}, 60_000);
