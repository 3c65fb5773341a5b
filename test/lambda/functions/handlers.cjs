'use strict';

const fs = require('node:fs');
const { setTimeout: delay } = require('node:timers/promises');

exports.echo = async (event, context) => ({
  event,
  requestId: context.awsRequestId,
  arn: context.invokedFunctionArn,
  remaining: context.getRemainingTimeInMillis(),
  clientContext: context.clientContext,
});

exports.nothing = async () => {};

exports.nested = { deeper: { handler: async () => 'nested' } };

exports.throws = async () => {
  throw new TypeError('no such thing');
};

exports.throwsText = async () => {
  throw 'only text';
};

/** The answer of a callback waits until the event loop is empty. */
exports.callback = (event, context, callback) => {
  context.callbackWaitsForEmptyEventLoop = event.waits;
  setTimeout(() => console.log('the timer has fired'), 500);
  callback(null, 'from the callback');
};

exports.callbackError = (event, context, callback) => callback(new RangeError('out of range'));

/** Neither a promise nor a callback. */
exports.silent = () => undefined;

exports.uncaught = async () => {
  setTimeout(() => {
    throw new Error('nobody catches this');
  });
  await delay(5_000);
};

exports.hangs = async () => delay(60_000);

exports.exits = async (event) => process.exit(event.code);

exports.killsItself = async () => {
  process.kill(process.pid, 'SIGKILL');
  await delay(5_000);
};

exports.large = async (event) => 'x'.repeat(event.bytes);

exports.length = async (event) => event.text.length;

let ticks = 0;
exports.ticks = async () => {
  if (ticks === 0) setInterval(() => ticks++, 5).unref();
  await delay(50);
  return ticks;
};

exports.logs = async () => {
  console.log('one\ntwo');
  console.error('three');
  process.stdout.write('four\n');
};

exports.environment = async (event) => ({
  variables: process.env,
  folder: process.cwd(),
  options: process.execArgv,
  // of the process before this function: whatever a client would leave behind
  unfamiliarGlobals: Object.getOwnPropertyNames(globalThis).filter((name) => !event.globals.includes(name)),
  threads: fs.readdirSync('/proc/self/task').length,
});

exports.requires = async (event) => require(event.module);

exports.emptyLoop = async () => {
  await new Promise((resolve) => process.once('beforeExit', () => {
    process.stdout.write('the loop is empty\n');
    resolve();
  }));
  return 'after the empty loop';
};

exports.streams = awslambda.streamifyResponse(async (event, stream) => {
  stream.setContentType('text/plain');
  stream.write('first ');
  await delay(100);
  stream.write('second');
  stream.end();
});

exports.streamsJson = awslambda.streamifyResponse(async (event, stream) => {
  const http = awslambda.HttpResponseStream.from(stream, { statusCode: 201 });
  http.write('body');
  http.end();
});

exports.streamFails = awslambda.streamifyResponse(async (event, stream) => {
  if (event.writes) stream.write('half of it');
  await delay(10);
  throw new TypeError('the stream broke');
});

/** The processor time that a second of work gets, in milliseconds. */
exports.works = async () => {
  const before = process.cpuUsage();
  const end = Date.now() + 1_000;
  while (Date.now() < end);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
};
