'use strict';

/**
 * Stands in for aws-lambda-ric's native addon, `rapid-client.node`, which is curl behind three functions
 * (`src/rapid-client.cc` of both versions: `next`, `done`, `error`).
 *
 * The addon's two properties that user code can notice are kept, without a worker thread or a socket handle:
 *
 * - `next` is a libuv work item that blocks a thread of the pool, so it keeps the event loop alive without being a
 *   handle: `beforeExit` stays away while it is pending, and comes during an invocation whose loop is empty;
 *   `process.exit` waits for it. A read of a blocking descriptor by `fs.read` is exactly such a work item.
 * - `done` and `error` block the main thread until the Runtime API has answered: `fs.writeSync` and `fs.readSync`.
 *
 * The descriptors are two connections to the Runtime API, made by the emulator before the process starts (curl has one
 * for each thread, too), so connecting costs nothing here and no environment variable has to name them. HTTP is spoken
 * over them as over any other connection.
 *
 * Lambda's Runtime API lives as long as the environment. This one dies with the test that runs it, so a broken
 * connection means that nobody is left to run for.
 */

// taken before the user's code runs, which may patch them
const { read, readSync, writeSync } = require('node:fs');
const kill = process.kill.bind(process, process.pid, 'SIGKILL');

const NEXT_CONNECTION = 3;
const POST_CONNECTION = 4;
const PATH = '/2018-06-01/runtime/invocation/';
const FIRST_BUFFER_BYTES = 64 * 1024;

function send(connection, method, path, headers, body) {
  const head = Buffer.from(`${method} ${PATH}${path} HTTP/1.1\r\nhost: ${process.env.AWS_LAMBDA_RUNTIME_API}\r\n${headers}\r\n`);
  const bytes = body === undefined ? head : Buffer.concat([head, Buffer.from(body)]);
  try {
    for (let sent = 0; sent < bytes.length;) sent += writeSync(connection, bytes, sent);
  } catch {
    kill();
  }
}

/** Collects one response of an HTTP server that names the length of its bodies, as the emulator's does. */
class Response {
  buffer = Buffer.allocUnsafeSlow(FIRST_BUFFER_BYTES);
  length = 0;

  /** Adds what was read. True once the response is complete. */
  add(bytesRead) {
    if (bytesRead === 0) kill();
    this.length += bytesRead;
    if (this.end === undefined) this.parseHead();
    if (this.length === this.end) return true;
    if (this.length === this.buffer.length) {
      this.buffer = Buffer.concat([this.buffer], Math.max(this.end ?? 0, 2 * this.length));
    }
    return false;
  }

  parseHead() {
    const received = this.buffer.subarray(0, this.length);
    const headEnd = received.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const [statusLine, ...lines] = received.toString('latin1', 0, headEnd).split('\r\n');
    this.status = Number(statusLine.split(' ')[1]);
    this.headers = new Map(lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }));
    this.start = headEnd + 4;
    this.end = this.start + Number(this.headers.get('content-length'));
  }

  get body() {
    return this.buffer.toString('utf8', this.start, this.end);
  }
}

/** What the addon's `OnOK` makes of the response: the trace id is always there, the deadline is a number. */
function toInvocation(response) {
  const headers = {
    'lambda-runtime-deadline-ms': Number(response.headers.get('lambda-runtime-deadline-ms')),
    'lambda-runtime-aws-request-id': response.headers.get('lambda-runtime-aws-request-id') ?? '',
    'lambda-runtime-trace-id': response.headers.get('lambda-runtime-trace-id') ?? '',
    'lambda-runtime-invoked-function-arn': response.headers.get('lambda-runtime-invoked-function-arn') ?? '',
  };
  for (const name of ['lambda-runtime-client-context', 'lambda-runtime-cognito-identity', 'lambda-runtime-aws-tenant-id']) {
    if (response.headers.get(name)) headers[name] = response.headers.get(name);
  }
  return { bodyJson: response.body, headers };
}

exports.next = function next() {
  return new Promise((resolve, reject) => {
    const response = new Response();
    const receive = () => read(NEXT_CONNECTION, response.buffer, response.length, response.buffer.length - response.length, null,
      (error, bytesRead) => {
        if (error) kill();
        if (!response.add(bytesRead)) return receive();
        if (response.status === 200) return resolve(toInvocation(response));
        reject(new Error(`Failed to get next invocation, error ${response.status}`));
      });
    send(NEXT_CONNECTION, 'GET', 'next', '');
    receive();
  });
};

/** Like the addon, nothing is made of the Runtime API's answer but waiting for it. */
function post(path, body, headers = '') {
  send(POST_CONNECTION, 'POST', path, `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${headers}`, body);
  const response = new Response();
  try {
    while (!response.add(readSync(POST_CONNECTION, response.buffer, response.length, response.buffer.length - response.length, null)));
  } catch {
    kill();
  }
}

function requireStrings(...values) {
  if (!values.every((value) => typeof value === 'string')) throw new TypeError('Wrong arguments');
}

exports.done = function done(requestId, body) {
  requireStrings(requestId, body);
  post(`${requestId}/response`, body);
  return null;
};

exports.error = function error(requestId, body, xrayCause) {
  requireStrings(requestId, body, xrayCause);
  post(`${requestId}/error`, body, xrayCause === '' ? '' : `lambda-runtime-function-xray-error-cause: ${xrayCause}\r\n`);
  return null;
};
