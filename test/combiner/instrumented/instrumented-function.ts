import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { transformSync } from 'esbuild';
import type { FileCoverageData } from 'istanbul-lib-coverage';
import { createInstrumenter } from 'istanbul-lib-instrument';
import { formatExecutionId, rawCoverageKey, sourceKey } from '../../../src/contract/object-keys';
import { encodeRawCoverage, type InstrumentedFile, type RawCoverage, type RawCoverageMetadata, type ScriptCoverage } from '../../../src/contract/raw-coverage';
import { rawCoverage } from '../raw-coverage';
import type { TinyObject } from '../tiny-function';

/** Where a machine of somebody else's built the function. */
export const BUILD = '/home/ci/shop';

export const TYPESCRIPT = `interface Order { readonly amount: number; readonly note?: string }

export function price({ amount, note = 'none' }: Order): number {
  if (amount > 9) {
    return amount * 0.9;
  }
  return note === 'gift' ? 0 : amount;
}

export const never = (): string => {
  return 'never';
};
`;

/** Istanbul's coverage object of a file, with what its counters do not have. */
export type InstrumentedCoverage = FileCoverageData & { readonly inputSourceMap?: object; readonly hash?: string };

export interface Instrumented {
  /** The script with its counters. */
  readonly script: string;
  readonly coverage: InstrumentedCoverage;
  readonly exports: Record<string, (argument: unknown) => unknown>;
}

/** TypeScript without its types, and the map back. */
export function compiled(source = TYPESCRIPT, name = '../src/price.ts'): { code: string; map: any } {
  const { code, map } = transformSync(source, { loader: 'ts', format: 'cjs', sourcemap: 'external', sourcefile: name });
  return { code, map: JSON.parse(map) };
}

/** Puts Istanbul's counters into a script and loads it. */
export function instrument(code: string, path: string, map?: object, parserPlugins: string[] = []): Instrumented {
  const instrumenter = createInstrumenter({ esModules: true, coverageGlobalScope: 'scope', coverageGlobalScopeFunc: false, compact: false, parserPlugins });
  const script = instrumenter.instrumentSync(code, path, map as never);
  return { script, ...run(transformSync(script, { loader: 'ts', format: 'cjs' }).code, path) };
}

function run(code: string, path: string) {
  const module = { exports: {} as Instrumented['exports'] };
  const scope: { __coverage__?: Record<string, InstrumentedCoverage> } = {};
  // eslint-disable-next-line no-new-func -- the instrumented code is a text
  new Function('module', 'exports', 'scope', code)(module, module.exports, scope);
  return { coverage: scope.__coverage__![path]!, exports: module.exports };
}

/** What the bucket keeps of a coverage object. */
export function shapeOf({ path, statementMap, fnMap, branchMap, inputSourceMap, hash }: InstrumentedCoverage): string {
  return JSON.stringify({ path, statementMap, fnMap, branchMap, inputSourceMap, hash });
}

/** All counters of a coverage object that are not zero, as one take. */
export function takeOf(coverage: InstrumentedCoverage): InstrumentedFile {
  const ran = <T>(counters: Record<string, T>, did: (counter: T) => boolean) =>
    Object.fromEntries(Object.entries(counters).filter(([, one]) => did(one)));
  return structuredClone({
    path: coverage.path,
    shape: sha256(shapeOf(coverage)),
    s: ran(coverage.s, (count) => count > 0),
    f: ran(coverage.f, (count) => count > 0),
    b: ran(coverage.b, (arms) => arms.some((count) => count > 0)),
  });
}

type Change = Partial<RawCoverageMetadata>;

export function istanbulObject(result: readonly InstrumentedFile[], sequence: number, change: Change = {}): TinyObject {
  return objectOf({ ...rawCoverage(metadata(sequence, change)), kind: 'istanbul', result });
}

/** V8's coverage of scripts of which only their modules ran. */
export function v8Object(scripts: ReadonlyArray<{ path: string; text: string; map?: string }>, sequence: number, change: Change = {}): TinyObject {
  const result = scripts.map(({ path, text, map }): ScriptCoverage => ({
    url: `file:///var/task/${path}`,
    path,
    sha256: sha256(text),
    wrapperLength: 0,
    ...(map !== undefined && { sourceMap: sha256(map) }),
    functions: [{ functionName: '', isBlockCoverage: true, ranges: [{ startOffset: 0, endOffset: text.length, count: 1 }] }],
  }));
  return objectOf(rawCoverage({ ...metadata(sequence, change), result }));
}

export function kept(content: string): TinyObject {
  return { key: sourceKey('coverage/', sha256(content)), body: gzipSync(content) };
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function metadata(sequence: number, change: Change): Change {
  return { sequence, timestamp: new Date(Date.UTC(2026, 0, 31, 12, 0, sequence)).toISOString(), ...change };
}

function objectOf(raw: RawCoverage): TinyObject {
  const { functionName, requestId, environmentId, sequence, timestamp } = raw.metadata;
  const id = formatExecutionId({ requestId: requestId!, environmentId, sequence: sequence * 2 + (raw.kind === 'v8' ? 0 : 1) });
  return { key: rawCoverageKey(functionName, id, 'coverage/', new Date(timestamp)), body: gzipSync(encodeRawCoverage(raw)) };
}
