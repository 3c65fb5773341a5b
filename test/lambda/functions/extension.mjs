import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const HOLD_MS = Number(process.env.HOLD_MS ?? 0);
const agent = new http.Agent({ keepAlive: true });

function ask(method, path, headers = {}, body = undefined) {
  return new Promise((resolve, reject) => {
    const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
    const request = http.request({ host, port, method, agent, headers, path: `/2020-01-01/extension/${path}` }, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) });
    });
    request.on('error', reject).end(body && JSON.stringify(body));
  });
}

const register = (name) => ask('POST', 'register', { 'Lambda-Extension-Name': name }, { events: ['INVOKE'] });

async function extend(identifier) {
  for (;;) {
    const event = await ask('GET', 'event/next', identifier);
    console.log(`event ${event.body.eventType} ${event.body.requestId}`);
    await delay(HOLD_MS);
    console.log('extension done');
    if (process.env.EXIT_ERROR) {
      await ask('POST', 'exit/error', { ...identifier, 'Lambda-Extension-Function-Error-Type': 'Extension.Broke' }, { errorMessage: 'it broke' });
    }
  }
}

// awaited, since registration is open only until the runtime has called next
const { status, headers } = await register('test');
console.log(`register ${status}`);
if (status === 200) void extend({ 'Lambda-Extension-Identifier': headers['lambda-extension-identifier'] }).catch(() => undefined);

export const handler = async () => 'answered';

export const late = async () => {
  const answer = await register('late');
  return { status: answer.status, body: answer.body };
};

if (process.env.ON_SIGTERM) {
  process.on('SIGTERM', () => {
    console.log('SIGTERM received');
    if (process.env.ON_SIGTERM === 'SIGINT') process.kill(process.pid, 'SIGINT');
    if (process.env.ON_SIGTERM === 'process.exit') process.exit(0);
  });
}
