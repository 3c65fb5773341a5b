import fc from 'fast-check';
import { executionId, functionName, prefix, sha256, time } from './arbitraries';
import {
  combinedPrefix,
  formatExecutionId,
  parseExecutionId,
  parseRawCoverageKey,
  parseSourceKey,
  prefixProblem,
  rawCoverageKey,
  rawCoveragePrefix,
  reportsPrefix,
  sourceKey,
} from '../../src/contract/object-keys';

const REQUEST = 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef';
const EXECUTION = `${REQUEST}-0123456789ab-0000000a`;
const rawKey = fc
  .tuple(functionName, executionId, prefix, time)
  .map(([name, id, before, at]) => rawCoverageKey(name, formatExecutionId(id), before, at));

describe('keys of raw objects', () => {
  test("have the reference's form", () => {
    expect(rawCoverageKey('my-function', 'abc123', 'coverage/', new Date('2024-01-15T10:30:00Z'))).toBe('coverage/2024/01/15/my-function-abc123.coverage');
  });

  test('have the day in UTC', () => {
    expect(rawCoverageKey('f', 'e', '', new Date('2024-12-31T23:30:00-02:00'))).toBe('2025/01/01/f-e.coverage');
  });

  test('parse back to what built them', () => {
    fc.assert(
      fc.property(functionName, executionId, prefix, time, (name, execution, before, at) => {
        const key = rawCoverageKey(name, formatExecutionId(execution), before, at);
        expect(parseRawCoverageKey(key)).toEqual({ prefix: before, day: at.toISOString().slice(0, 10), functionName: name, execution });
      }),
    );
  });

  test('fall under the lifecycle of raw objects, which nothing else does', () => {
    fc.assert(
      fc.property(functionName, executionId, prefix, time, sha256, (name, execution, before, at, digest) => {
        const raw = rawCoveragePrefix(before);
        expect(rawCoverageKey(name, formatExecutionId(execution), before, at).startsWith(raw)).toBe(true);
        expect([sourceKey(before, digest), combinedPrefix(before), reportsPrefix(before)].filter((key) => key.startsWith(raw))).toEqual([]);
      }),
    );
  });

  /** What parses is built again from what was read, letter by letter; so a key that could not have been built never parses. */
  const buildsAgain = (key: string) => {
    const parsed = parseRawCoverageKey(key);
    if (parsed) {
      const { prefix: before, day, functionName: name, execution } = parsed;
      expect(rawCoverageKey(name, formatExecutionId(execution), before, new Date(`${day}T12:00:00Z`))).toBe(key);
      expect(prefixProblem(before)).toBeUndefined();
      expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    }
  };

  test('of others do not parse: arbitrary text', () => {
    fc.assert(fc.property(fc.string(), buildsAgain));
  });

  test('of others do not parse: ours with a character replaced, removed or added', () => {
    const character = fc.oneof(fc.constantFrom('-', '/', '.', '0', 'f', 'g', 'A', '\n', ' ', ''), fc.string({ minLength: 1, maxLength: 2 }));
    fc.assert(
      fc.property(rawKey, fc.nat(), fc.constantFrom(0, 1, 40), character, (key, position, removed, inserted) => {
        const at = position % (key.length + 1);
        buildsAgain(key.slice(0, at) + inserted + key.slice(at + removed));
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ["the reference's example", 'coverage/2024/01/15/my-function-abc123.coverage'],
    ['no function name', `coverage/2024/01/15/-${EXECUTION}.coverage`],
    ['no hyphen after the function name', `coverage/2024/01/15/f${EXECUTION}.coverage`],
    ['a request id alone', `coverage/2024/01/15/f-${REQUEST}.coverage`],
    ['no sequence', `coverage/2024/01/15/f-${REQUEST}-0123456789ab.coverage`],
    ['upper case', `coverage/2024/01/15/f-${EXECUTION.toUpperCase()}.coverage`],
    ['another extension', `coverage/2024/01/15/f-${EXECUTION}.json`],
    ['something after the extension', `coverage/2024/01/15/f-${EXECUTION}.coverage.gz`],
    ['a line feed after the extension', `coverage/2024/01/15/f-${EXECUTION}.coverage\n`],
    ['the 30th of February', `coverage/2024/02/30/f-${EXECUTION}.coverage`],
    ['month 13', `coverage/2024/13/01/f-${EXECUTION}.coverage`],
    ['one digit in the day', `coverage/2024/01/5/f-${EXECUTION}.coverage`],
    ['no day', `coverage/f-${EXECUTION}.coverage`],
    ['a prefix that does not end with a slash', `coverage2024/01/15/f-${EXECUTION}.coverage`],
    ['a prefix that begins with a slash', `/2024/01/15/f-${EXECUTION}.coverage`],
    ['a function name with a slash', `coverage/2024/01/15/a/f-${EXECUTION}.coverage`],
    ['a function name with a dot', `coverage/2024/01/15/a.f-${EXECUTION}.coverage`],
    ['a function name of 65 characters', `coverage/2024/01/15/${'f'.repeat(65)}-${EXECUTION}.coverage`],
    ['a report', 'coverage/reports/index.html'],
    ['a source', `coverage/sources/${'a'.repeat(64)}`],
  ])('of others do not parse: %s', (_, key) => {
    expect(parseRawCoverageKey(key)).toBeUndefined();
  });
});

describe('execution ids', () => {
  test('parse back to what they were formatted from', () => {
    fc.assert(fc.property(executionId, (id) => expect(parseExecutionId(formatExecutionId(id))).toEqual(id)));
  });

  test.each([
    ['a request id that is no UUID', { requestId: 'abc123', environmentId: '0123456789ab', sequence: 0 }],
    ['a request id in upper case', { requestId: REQUEST.toUpperCase(), environmentId: '0123456789ab', sequence: 0 }],
    ['a short environment id', { requestId: REQUEST, environmentId: '0123456789a', sequence: 0 }],
    ['a negative sequence', { requestId: REQUEST, environmentId: '0123456789ab', sequence: -1 }],
    ['a sequence that does not fit', { requestId: REQUEST, environmentId: '0123456789ab', sequence: 2 ** 32 }],
    ['half a sequence', { requestId: REQUEST, environmentId: '0123456789ab', sequence: 0.5 }],
  ])('cannot be formatted from %s', (_, id) => {
    expect(() => formatExecutionId(id)).toThrow('execution id parts out of shape');
  });
});

describe('keys of sources', () => {
  test('parse back to what built them', () => {
    fc.assert(
      fc.property(prefix, sha256, (before, digest) => {
        expect(parseSourceKey(sourceKey(before, digest))).toEqual({ prefix: before, sha256: digest });
      }),
    );
  });

  test.each([
    ['a short digest', `coverage/sources/${'a'.repeat(63)}`],
    ['an upper-case digest', `coverage/sources/${'A'.repeat(64)}`],
    ['an extension', `coverage/sources/${'a'.repeat(64)}.map`],
    ['a line feed at the end', `coverage/sources/${'a'.repeat(64)}\n`],
    ['a prefix that begins with a slash', `/sources/${'a'.repeat(64)}`],
    ['another folder', `coverage/mysources/${'a'.repeat(64)}`],
  ])('of others do not parse: %s', (_, key) => {
    expect(parseSourceKey(key)).toBeUndefined();
  });
});

describe('prefixes', () => {
  test.each(['', 'coverage/', 'team/app/', "a!_.'()-/", '2024/', '.../', '.hidden/', `${'x'.repeat(511)}/`])('%p can be used', (value) => {
    expect(prefixProblem(value)).toBeUndefined();
  });

  test.each([
    ['coverage', "use 'coverage/'"],
    ['/', "begins with a slash; use ''"],
    ['/coverage/', "begins with a slash; use 'coverage/'"],
    ['//coverage/', "use 'coverage/'"],
    [`${'x'.repeat(512)}/`, 'has 513 characters; 512 at most'],
    ['a b/', 'need escaping'],
    ['ä/', 'need escaping'],
    ['a*/', 'need escaping'],
    ['a?/', 'need escaping'],
    ['${x}/', 'need escaping'],
    ['a//b/', 'empty segment'],
    ['./', 'empty segment'],
    ['a/../b/', 'empty segment'],
  ])('%p cannot: %s', (value, problem) => {
    expect(prefixProblem(value)).toContain(problem);
  });
});
