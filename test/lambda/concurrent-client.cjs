'use strict';

/**
 * Stands in for aws-lambda-ric's native addon where several threads of one process serve invocations, as on Lambda Managed
 * Instances: a connection for each thread. `done` and `error` do not block here, which code that is called at once sees no
 * difference of.
 */

const { Agent, request } = require('node:http');

const PATH = '/2018-06-01/runtime/invocation/';
const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new Agent({ keepAlive: true });

function send(method, path, headers, body, onAnswer) {
  const call = request({ hostname, port, agent, method, path: PATH + path, headers }, (response) => {
    const chunks = [];
    response.on('data', (chunk) => chunks.push(chunk)).on('end', () => onAnswer?.(Buffer.concat(chunks).toString(), response.headers));
  });
  call.on('error', () => undefined).end(body);
}

exports.initializeClient = () => undefined;
exports.next = () => new Promise((resolve) => send('GET', 'next', {}, undefined, (bodyJson, headers) => resolve({ bodyJson, headers })));
exports.done = (id, body) => send('POST', `${id}/response`, { 'content-type': 'application/json' }, body);
exports.error = (id, body) => send('POST', `${id}/error`, { 'content-type': 'application/json' }, body);
