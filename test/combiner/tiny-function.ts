import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { gzipSync } from 'node:zlib';
import { formatExecutionId, rawCoverageKey, sourceKey } from '../../src/contract/object-keys';
import { encodeRawCoverage, type V8RawCoverage } from '../../src/contract/raw-coverage';

/** A function without a bundler: 4 statements of which `return 'big'` does not run, 1 function, 1 `if` that does not hold. */
export const TINY_SCRIPT = [
  'exports.handler = async (event) => {',
  '  if (event.size > 9) {',
  "    return 'big';",
  '  }',
  "  return 'small';",
  '};',
  '',
].join('\n');

/** Istanbul's totals for it, by hand: statements, branches, functions, lines as covered of all. */
export const TINY_TOTALS = { statements: '3/4', branches: '1/2', functions: '1/1', lines: '3/4' };

export interface TinyObject {
  readonly key: string;
  readonly body: Buffer;
}

/** A raw object as the wrapper would upload it after one invocation with a small event. */
export function tinyObject(sequence = 0, change: (raw: V8RawCoverage) => unknown = (raw) => raw): TinyObject {
  const timestamp = new Date(Date.UTC(2026, 0, 31, 12, 0, sequence));
  const execution = { requestId: '01234567-89ab-4cde-8f01-23456789abcd', environmentId: 'aabbccddeeff', sequence };
  const arrow = TINY_SCRIPT.indexOf('async');
  const block = TINY_SCRIPT.indexOf('{\n    return');
  const raw: V8RawCoverage = {
    version: 1,
    kind: 'v8',
    metadata: {
      functionName: 'tiny',
      functionVersion: '$LATEST',
      ...execution,
      timestamp: timestamp.toISOString(),
      phase: sequence === 0 ? 'init' : 'invocation',
      runtime: 'AWS_Lambda_nodejs22.x',
      engine: '12.4',
      layerVersion: '0.0.0',
      include: [],
      exclude: [],
      branchCoverage: true,
    },
    omitted: [],
    result: [{
      url: 'file:///var/task/index.js',
      path: 'index.js',
      sha256: sha256(TINY_SCRIPT),
      wrapperLength: 0,
      functions: [
        { functionName: '', isBlockCoverage: true, ranges: [{ startOffset: 0, endOffset: TINY_SCRIPT.length, count: 1 }] },
        {
          functionName: 'exports.handler',
          isBlockCoverage: true,
          ranges: [
            { startOffset: arrow, endOffset: TINY_SCRIPT.lastIndexOf('}') + 1, count: 1 },
            { startOffset: block, endOffset: TINY_SCRIPT.indexOf('}', block) + 1, count: 0 },
          ],
        },
      ],
    }],
  };
  const changed = change(raw) as V8RawCoverage;
  const { functionName = 'tiny', timestamp: time = raw.metadata.timestamp } = changed.metadata ?? {};
  return {
    key: rawCoverageKey(functionName, formatExecutionId(execution), 'coverage/', new Date(time)),
    body: gzipSync(encodeRawCoverage(changed)),
  };
}

export function tinySource(): TinyObject {
  return { key: sourceKey('coverage/', sha256(TINY_SCRIPT)), body: gzipSync(TINY_SCRIPT) };
}

/** Writes objects into a folder as they would be in a bucket. */
export function writeObjects(folder: string, objects: readonly TinyObject[]): void {
  for (const { key, body } of objects) {
    mkdirSync(path.dirname(path.join(folder, key)), { recursive: true });
    writeFileSync(path.join(folder, key), body);
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
