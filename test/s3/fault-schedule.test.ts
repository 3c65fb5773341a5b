import type { SignedHttp } from './conformance/signed-http';
import { type FaultScheduleOptions, seededFaults } from './fault-schedule';
import { type Fault, type FaultRequest, REFUSALS, TRANSIENT_FAULTS } from './faults';
import { mulberry32 } from './random-numbers';
import { BUCKET, serve } from './served-bucket';

const QUICK = [...TRANSIENT_FAULTS, ...REFUSALS];

function request(key = 'key', method = 'PUT'): FaultRequest {
  return { method, bucket: BUCKET, key, headers: {} };
}

function chosen(seed: number, count: number, options?: FaultScheduleOptions): Array<Fault | undefined> {
  const schedule = seededFaults(seed, options);
  return Array.from({ length: count }, (_, index) => schedule(request(String(index))));
}

// by the C program of its author
test.each([
  [0, [1144304738, 1416247, 958946056, 627933444]],
  [1, [2693262067, 11749833, 2265367787, 4213581821]],
  [2 ** 32 - 1, [3850105811, 813802916, 3073704848, 4054706436]],
])('the numbers of seed %d are those of mulberry32', (seed, expected) => {
  const random = mulberry32(seed);
  expect(expected.map(() => random() * 2 ** 32)).toEqual(expected);
});

describe('a schedule', () => {
  test('is the same for the same seed, whatever the requests are, and another for another', () => {
    expect(chosen(7, 500)).toEqual(chosen(7, 500));
    const schedule = seededFaults(7);
    expect(Array.from({ length: 500 }, () => schedule(request('same', 'GET')))).toEqual(chosen(7, 500));
    expect(new Set(Array.from({ length: 100 }, (_, seed) => JSON.stringify(chosen(seed, 50)))).size).toBe(100);
  });

  // an outage of 1 to n requests is (n + 1) / 2 long on average, and passed requests come one by one
  test.each([
    [0.3, 4, 0.3 * 2.5 / (0.3 * 2.5 + 0.7)],
    [0.05, 10, 0.05 * 5.5 / (0.05 * 5.5 + 0.95)],
    [0, 4, 0],
    [1, 4, 1],
  ])('of probability %d and outages up to %d lets fail the share of requests that follows', (probability, longestOutage, share) => {
    const faulty = chosen(1, 40_000, { probability, longestOutage }).filter((fault) => fault !== undefined).length;
    expect(Math.abs(faulty / 40_000 - share)).toBeLessThan(0.015);
  });

  test('lets the requests of an outage fail alike, and no outage be longer than the longest', () => {
    const distinct = Array.from({ length: 100_000 }, (_, ms): Fault => ({ kind: 'slow', ms }));
    const faults = chosen(3, 1_000, { faults: distinct, longestOutage: 3 });
    const begins = faults.flatMap((fault, index) => fault && fault !== faults[index - 1] ? [index] : []);
    const lengths = begins.map((begin) => faults.slice(begin).findIndex((fault) => fault !== faults[begin]));
    expect(new Set(lengths)).toEqual(new Set([1, 2, 3]));
  });

  test('chooses every kind', () => {
    const kinds = new Set(chosen(5, 2_000).map((fault) => fault?.kind));
    expect([...kinds].sort()).toEqual(['cut', 'error', 'error after', 'hang', 'hang after', 'redirect', 'refuse', 'reset after', 'slow', undefined]);
  });

  test('passes and does not count what it does not concern', () => {
    const schedule = seededFaults(7, { concerns: ({ method }) => method === 'PUT' });
    const faults = Array.from({ length: 200 }, (_, index) => {
      expect(schedule(request('key', 'GET'))).toBeUndefined();
      return schedule(request(String(index)));
    });
    expect(faults).toEqual(chosen(7, 200));
  });

  test('records what it chose, and chooses nothing more when it is ended', () => {
    const schedule = seededFaults(7, { probability: 1, longestOutage: 1, faults: [{ kind: 'refuse' }] });
    schedule(request('a'));
    schedule({ ...request('b'), operation: 'PutObject' });
    schedule.end();
    expect(schedule(request('c'))).toBeUndefined();
    expect(schedule.injected).toEqual([
      { ordinal: 1, fault: { kind: 'refuse' }, method: 'PUT', bucket: BUCKET, key: 'a' },
      { ordinal: 2, fault: { kind: 'refuse' }, method: 'PUT', bucket: BUCKET, key: 'b', operation: 'PutObject' },
    ]);
  });

  test.each<[FaultScheduleOptions, string]>([
    [{ probability: 1.5 }, 'probability must be between 0 and 1, not 1.5'],
    [{ probability: NaN }, 'probability must be between 0 and 1, not NaN'],
    [{ longestOutage: 0 }, 'longestOutage must be a whole number of requests from 1, not 0'],
    [{ faults: [] }, 'faults must name at least one fault'],
  ])('is refused with %j', (options, message) => {
    expect(() => seededFaults(1, options)).toThrow(message);
  });
});

/** A client as it should be: adds an object, never replaces one, and takes an object that is there for its own. */
async function added(http: SignedHttp, key: string): Promise<boolean> {
  const put = { method: 'PUT', key, body: `content of ${key}`, headers: { 'If-None-Match': '*' } };
  return http.outcome(put).then(({ status }) => status === 200 || status === 412, () => false);
}

describe('a server with a schedule', () => {
  test('meets the same requests with the same faults', async () => {
    const run = async (): Promise<unknown> => {
      const schedule = seededFaults(11, { faults: QUICK });
      const { s3, http } = await serve({ faults: schedule });
      const outcomes = [];
      for (let index = 0; index < 60; index++) {
        outcomes.push(await http.outcome({ method: 'PUT', key: `${index % 20}`, body: 'x', headers: { 'If-None-Match': '*' } }).catch(({ code }) => code));
      }
      return { outcomes, injected: schedule.injected, keys: s3.keys(BUCKET) };
    };
    expect(await run()).toEqual(await run());
  });

  test.each([1, 2, 3, 4, 5])('loses and doubles nothing of a client that does not give up (seed %d)', async (seed) => {
    const schedule = seededFaults(seed, { faults: QUICK });
    const { s3, http } = await serve({ faults: schedule });
    const keys = Array.from({ length: 40 }, (_, index) => `${index + 10}`);
    const failed = async (wanted: string[]): Promise<string[]> => {
      const outcomes = await Promise.all(wanted.map(async (key) => ({ key, arrived: await added(http, key) })));
      return outcomes.filter(({ arrived }) => !arrived).map(({ key }) => key);
    };
    let left = await failed(await failed(keys));
    schedule.end();
    left = await failed(left);
    const bodies = s3.keys(BUCKET).map((key) => s3.object(BUCKET, key).body.toString());
    expect({ left, bodies, injected: schedule.injected }).toEqual({ left: [], bodies: keys.map((key) => `content of ${key}`), injected: schedule.injected });
    expect(schedule.injected.length).toBeGreaterThan(5);
  });
});
