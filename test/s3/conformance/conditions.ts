import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { Row } from './row';
import { refusalOf } from './session';
import type { SignedRequest } from './signed-http';

const ONCE = { 'If-None-Match': '*' };
const HELD_BACK = { Expect: '100-continue' };
const LARGE = Buffer.alloc(500_000, 'x');

export const conditionRows: readonly Row[] = [
  {
    name: 'SDK: If-None-Match: * creates once and keeps the first content',
    observe: async ({ sdk, bucket }) => {
      const create = (Body: string) => sdk.send(new PutObjectCommand({ Bucket: bucket, Key: 'once/sdk', Body, IfNoneMatch: '*' }));
      const { $metadata } = await create('first');
      const second = await refusalOf(create('second'));
      const { Body } = await sdk.send(new GetObjectCommand({ Bucket: bucket, Key: 'once/sdk' }));
      return [$metadata.httpStatusCode, second, await Body!.transformToString()];
    },
    expected: [200, { code: 'PreconditionFailed', status: 412 }, 'first'],
  },
  {
    name: 'aws4: of 24 conditional puts of one key at once exactly one wins, and its content stays',
    observe: async ({ http }) => {
      const answers = await Promise.all(Array.from({ length: 24 }, async (_, index) =>
        http.outcome({ method: 'PUT', key: 'once/race', body: `writer ${index}`, headers: ONCE })));
      const winner = answers.findIndex(({ status }) => status === 200);
      const { body } = await http.send({ key: 'once/race' });
      return [answers.filter(({ status }) => status === 200).length, new Set(answers.map(({ code }) => code)), body.toString() === `writer ${winner}`];
    },
    expected: [1, new Set([undefined, 'PreconditionFailed']), true],
  },
  {
    name: 'aws4: of two conditional puts that were both told to go on, the one whose body is complete first wins',
    observe: async ({ http }) => {
      let waiting = 0;
      let release = (): void => {};
      const bothWait = new Promise<void>((resolve) => { release = resolve; });
      const holdBody = async (): Promise<void> => {
        waiting += 1;
        if (waiting === 2) {
          release();
        }
        await bothWait;
      };
      const request = { method: 'PUT', key: 'once/late', headers: { ...HELD_BACK, ...ONCE }, holdBody };
      const answers = await Promise.all(['one', 'two'].map(async (body) => ({ body, ...await http.outcome({ ...request, body }) })));
      const [winner, loser] = answers.sort((a, b) => a.status - b.status);
      const { body } = await http.send({ key: 'once/late' });
      return [winner.status, loser.status, loser.code, body.toString() === winner.body];
    },
    expected: [200, 412, 'PreconditionFailed', true],
  },
  {
    name: 'aws4: a put with If-Match replaces that content only',
    observe: async ({ http }) => {
      const { headers } = await http.send({ method: 'PUT', key: 'match/put', body: 'one' });
      const replace = async () => http.outcome({ method: 'PUT', key: 'match/put', body: 'two', headers: { 'If-Match': headers.etag! } });
      return [await replace(), await replace()];
    },
    expected: [{ status: 200 }, { status: 412, code: 'PreconditionFailed' }],
  },
  {
    name: 'aws4: a put with If-Match of a key that is not there is NoSuchKey',
    observe: async ({ http }) => http.outcome({ method: 'PUT', key: 'match/absent', body: 'x', headers: { 'If-Match': '"00"' } }),
    expected: { status: 404, code: 'NoSuchKey' },
  },
  {
    name: 'aws4: a put with If-None-Match of an ETag is not implemented',
    observe: async ({ http }) => http.outcome({ method: 'PUT', key: 'match/none', body: 'x', headers: { 'If-None-Match': '"00"' } }),
    expected: { status: 501, code: 'NotImplemented' },
  },
  {
    name: 'aws4: reading with If-None-Match gives 304 without a body, or the object',
    observe: async ({ http }) => {
      const { headers } = await http.send({ method: 'PUT', key: 'read/none', body: 'content' });
      const same = await http.send({ key: 'read/none', headers: { 'If-None-Match': headers.etag! } });
      const other = await http.send({ key: 'read/none', headers: { 'If-None-Match': '"00"' } });
      return [same.status, same.body.length, same.headers.etag === headers.etag, other.status, other.body.toString()];
    },
    expected: [304, 0, true, 200, 'content'],
  },
  {
    name: 'aws4: reading with If-Match of other content is refused',
    observe: async ({ http }) => {
      await http.send({ method: 'PUT', key: 'read/match', body: 'content' });
      return http.outcome({ key: 'read/match', headers: { 'If-Match': '"00"' } });
    },
    expected: { status: 412, code: 'PreconditionFailed' },
  },
  {
    name: 'aws4: HEAD with If-None-Match gives 304',
    observe: async ({ http }) => {
      const { headers } = await http.send({ method: 'PUT', key: 'read/head', body: 'content' });
      return http.outcome({ method: 'HEAD', key: 'read/head', headers: { 'If-None-Match': headers.etag! } });
    },
    expected: { status: 304 },
  },
  {
    name: 'aws4: a body held back by Expect: 100-continue is asked for and kept',
    observe: async ({ http }) => {
      const { status, continued } = await http.send({ method: 'PUT', key: 'expect/new', body: LARGE, headers: { ...HELD_BACK, ...ONCE } });
      return { status, continued, stored: (await http.send({ key: 'expect/new' })).body.length };
    },
    expected: { status: 200, continued: true, stored: LARGE.length },
  },
  ...([
    ['the key exists', 412, 'PreconditionFailed', { headers: { ...HELD_BACK, ...ONCE } }],
    ['the bucket does not', 404, 'NoSuchBucket', { headers: HELD_BACK, bucket: 'conformance-absent-bucket' }],
    ['the secret is wrong', 403, 'SignatureDoesNotMatch', { headers: HELD_BACK, credentials: 'wrong' }],
  ] as const).map(([reason, status, code, request]): Row => ({
    name: `aws4: a body held back by Expect: 100-continue is not asked for when ${reason}`,
    observe: async ({ http, target }) => {
      await http.send({ method: 'PUT', key: 'expect/old', body: 'x' });
      const credentials = 'credentials' in request ? { ...target.credentials, secretAccessKey: request.credentials } : target.credentials;
      const signed: SignedRequest = { method: 'PUT', key: 'expect/old', body: LARGE, ...request, credentials };
      const answer = await http.send(signed);
      return { status: answer.status, code: answer.code, continued: answer.continued };
    },
    expected: { status, code, continued: false },
  })),
];
