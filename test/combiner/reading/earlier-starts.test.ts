import { readObjects } from '../../../src/combiner/reading/read-objects';
import type { CoverageStore } from '../../../src/combiner/stores/store';
import { formatExecutionId, rawCoverageKey } from '../../../src/contract/object-keys';
import { encodeRawCoverage, type CountersRawCoverage } from '../../../src/contract/raw-coverage';
import { rawCoverage } from '../raw-coverage';

const SINCE = new Date('2026-02-01T00:00:00.000Z');

/** What an environment uploaded then: its start, or what ran later. */
function upload(environment: string, sequence: number, timestamp: string): [string, Buffer] {
  const environmentId = environment.repeat(12);
  const phase = sequence === 0 ? 'init' : 'invocation';
  const { metadata } = rawCoverage({ environmentId, sequence, timestamp, phase });
  const raw: CountersRawCoverage = { version: 1, kind: 'counters', metadata, omitted: [], result: [] };
  const id = formatExecutionId({ requestId: '01234567-89ab-4cde-8f01-23456789abcd', environmentId, sequence });
  return [rawCoverageKey('orders', id, 'coverage/', new Date(timestamp)), Buffer.from(encodeRawCoverage(raw))];
}

test('what an environment ran when it started is read as well, up to the day before, where something of it is wanted', async () => {
  const objects = new Map([
    upload('a', 0, '2026-01-31T00:00:00.000Z'), upload('a', 1, '2026-02-01T00:00:00.000Z'),
    upload('b', 0, '2026-01-31T23:59:59.999Z'), upload('b', 1, '2026-01-31T23:59:59.999Z'),
    upload('c', 0, '2026-01-30T23:59:59.999Z'), upload('c', 9, '2026-02-01T12:00:00.000Z'),
    upload('d', 0, '2026-02-01T12:00:00.000Z'),
  ]);
  const asked: string[] = [];
  const store: CoverageStore = {
    location: 's3://bucket/coverage/',
    rawKeys: async function* () { yield* objects.keys(); },
    read: async (key: string) => {
      asked.push(key);
      return objects.get(key)!;
    },
    source: async () => undefined,
  };
  const used: string[] = [];
  const result = await readObjects(store, (raws) => used.push(...raws.map(({ metadata: { environmentId, sequence } }) => `${environmentId[0]}${sequence}`)), { selection: { since: SINCE } });
  expect(used.sort()).toEqual(['a0', 'a1', 'c9', 'd0']);
  expect(result).toMatchObject({ processed: 4, notSelected: 3, skipped: 0 });
  expect(asked).toHaveLength(4);
});
