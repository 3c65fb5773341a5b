/**
 * The raw coverage object: what one take of an execution environment's coverage looks like in the bucket.
 *
 * It is JSON (gzipped by whoever stores it), versioned and self-describing, and has a kind for each engine. The `result`
 * of kind `v8` keeps the form of V8's `Profiler.takePreciseCoverage`, which other tools of that family read; that of kind
 * `istanbul` has the counters of code that was instrumented when it was built, by the names that Istanbul gives them; that of kind
 * `counters` those of code that was instrumented when the app was synthesized, by the tables that say what they mean; that of kind
 * `python` what coverage.py's tracers saw of Python files, by the tables of these.
 */
import { decodeCounterValues, MOST_COUNTERS } from './counter-values';
import { FUNCTION_NAME } from './object-keys';

/** No file has more lines: two of these are one number that is exact. */
export const MAX_PYTHON_LINE = 2 ** 25 - 1;

export const RAW_COVERAGE_VERSION = 1;

/** Taken before the user's code runs, which may patch it. */
const { stringify } = JSON;

/** One take. Further engines add a member to this union, an entry to `RESULT_DECODERS` and nothing else here. */
export type RawCoverage = V8RawCoverage | IstanbulRawCoverage | CountersRawCoverage | PythonRawCoverage;

interface RawCoverageEnvelope {
  readonly version: typeof RAW_COVERAGE_VERSION;
  readonly metadata: RawCoverageMetadata;
  /** Scripts that ran but could not be told, with the reason. */
  readonly omitted: readonly OmittedScript[];
}

export interface V8RawCoverage extends RawCoverageEnvelope {
  readonly kind: 'v8';
  readonly result: readonly ScriptCoverage[];
}

export interface IstanbulRawCoverage extends RawCoverageEnvelope {
  readonly kind: 'istanbul';
  readonly result: readonly InstrumentedFile[];
}

export interface CountersRawCoverage extends RawCoverageEnvelope {
  readonly kind: 'counters';
  readonly result: readonly CountedScript[];
}

export interface PythonRawCoverage extends RawCoverageEnvelope {
  readonly kind: 'python';
  readonly result: readonly PythonFile[];
}

export interface RawCoverageMetadata {
  readonly functionName: string;
  readonly functionVersion: string;
  /** The request that was answered last before the take; none where the environment ended before its first. */
  readonly requestId?: string;
  readonly environmentId: string;
  readonly sequence: number;
  /** When it was taken: ISO 8601, UTC, milliseconds. */
  readonly timestamp: string;
  /**
   * `init`: since the environment started; with counters that are built in and in Python until the handler is there, else until the end of the first
   * invocation.
   * `invocation`: since the take before.
   */
  readonly phase: 'init' | 'invocation';
  readonly runId?: string;
  /** As `AWS_EXECUTION_ENV` names it, such as `AWS_Lambda_nodejs22.x`. */
  readonly runtime: string;
  /** Version of the engine that counted, such as V8's `12.4.254.21-node.33` or `coverage.py 7.17.3 (ctrace)`. */
  readonly engine: string;
  /** Version of the layer. */
  readonly layerVersion: string;
  /** What the function was attached with; the combiner applies it to the original files. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly branchCoverage: boolean;
}

export interface ScriptCoverage {
  /** `file:` URL in the execution environment. */
  readonly url: string;
  /** Path below the task root, with forward slashes. */
  readonly path: string;
  /** SHA-256 of the script's file, in hexadecimal: its identity. */
  readonly sha256: string;
  /**
   * Where the file's first character is in the offsets of the ranges; not 0 where Node.js wrapped the script, -1 after a
   * byte order mark.
   */
  readonly wrapperLength: number;
  /** The script's source map where it is a file beside it: the SHA-256 of that. */
  readonly sourceMap?: string;
  readonly functions: readonly FunctionCoverage[];
}

/** As V8 gives it. */
export interface FunctionCoverage {
  readonly functionName: string;
  readonly isBlockCoverage: boolean;
  /** The function's own range first, then its blocks, nested. Offsets are UTF-16 code units. */
  readonly ranges: readonly CoverageRange[];
}

export interface CoverageRange {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

/** What ran of a file with Istanbul's counters in it. Counters that are zero are left out. */
export interface InstrumentedFile {
  /** As the instrumenter names it: mostly an absolute path of the machine that built the function. */
  readonly path: string;
  /** SHA-256, in hexadecimal, of the JSON of its {@link INSTRUMENTED_SHAPE}, which is kept as sources are: its identity. */
  readonly shape: string;
  /** How often each statement ran, by its id in the shape. */
  readonly s: Readonly<Record<string, number>>;
  /** How often each function was called. */
  readonly f: Readonly<Record<string, number>>;
  /** How often each arm of a branch was taken; a branch with any has all of its arms. */
  readonly b: Readonly<Record<string, readonly number[]>>;
}

/**
 * What is kept of Istanbul's coverage object of a file besides the counters: the fields of its JSON, in this order, those that it has.
 * The hash is in the instrumented code, too: it tells which script the counters are of.
 */
export const INSTRUMENTED_SHAPE = ['path', 'statementMap', 'fnMap', 'branchMap', 'inputSourceMap', 'hash'] as const;

/** What ran of a script with counters; see `counter-values.ts` for how values are told. */
export interface CountedScript {
  /** SHA-256 of the table that says what the counters mean, in hexadecimal; it is kept as sources are. */
  readonly table: string;
  /** Which counters were passed; not there where it is told how often. */
  readonly flags?: string;
  /** How often counters were passed. */
  readonly counts?: string;
}

/** What ran of a Python file: arcs where branches are measured, else lines. */
export interface PythonFile {
  /** Path below the task root, with forward slashes. */
  readonly path: string;
  /** SHA-256 of the identity of its table, in hexadecimal; see `python-table.ts`. It is kept as sources are. */
  readonly table: string;
  /**
   * Pairs, one after the other: from a line to a line. A negative one is that of what begins there: it is entered (from) or left (to).
   * Coverage.py calls them arcs.
   */
  readonly arcs?: readonly number[];
  /** Numbers of lines, from 1. */
  readonly lines?: readonly number[];
}

export interface OmittedScript {
  /** A path where an instrumented file has no URL. */
  readonly url: string;
  readonly reason: string;
}

export function encodeRawCoverage(raw: RawCoverage): string {
  return stringify(raw);
}

/**
 * The raw objects of a file: a wrapper writes one, and what was merged is several, each in a line.
 *
 * @throws Error that says what is wrong, and in which line where there are several
 */
export function decodeRawCoverageFile(content: string): RawCoverage[] {
  const lines = content.split('\n').filter((line) => line !== '');
  if (lines.length < 2 || !lines.every((line) => line.startsWith('{') && line.endsWith('}'))) {
    return [decodeRawCoverage(content)];
  }
  return lines.map((line, index) => {
    try {
      return decodeRawCoverage(line);
    } catch (error) {
      throw new Error(`line ${index + 1}: ${(error as Error).message}`);
    }
  });
}

/**
 * Reads a raw object and keeps what the contract knows, nothing else.
 *
 * @throws Error that says what is wrong, for an object of another version, of an unknown kind or out of shape
 */
export function decodeRawCoverage(json: string): RawCoverage {
  const root = object(parseJson(json), 'the object');
  if (root.version !== RAW_COVERAGE_VERSION) {
    throw new Error(`version ${show(root.version)} cannot be read by this release (it reads ${RAW_COVERAGE_VERSION}); update cdk-lambda-coverage`);
  }
  const kind = text(root.kind, 'kind');
  if (!Object.hasOwn(RESULT_DECODERS, kind)) {
    throw new Error(`kind '${kind}' cannot be read by this release (it reads ${Object.keys(RESULT_DECODERS).join(', ')}); update cdk-lambda-coverage`);
  }
  const decoded = {
    version: RAW_COVERAGE_VERSION,
    kind,
    metadata: decodeMetadata(object(root.metadata, 'metadata')),
    omitted: list(root.omitted, 'omitted', (item, at) => {
      const { url, reason } = object(item, at);
      return { url: text(url, `${at}.url`), reason: text(reason, `${at}.reason`) };
    }),
    result: RESULT_DECODERS[kind as RawCoverage['kind']](root.result),
  };
  return decoded as RawCoverage; // the decoder is the one of the kind
}

const RESULT_DECODERS: { [Kind in RawCoverage['kind']]: (result: unknown) => Extract<RawCoverage, { kind: Kind }>['result'] } = {
  v8: (result) => list(result, 'result', decodeScript),
  istanbul: (result) => list(result, 'result', decodeInstrumentedFile),
  counters: (result) => list(result, 'result', decodeCountedScript),
  python: (result) => list(result, 'result', decodePythonFile),
};

function decodeMetadata(fields: Fields): RawCoverageMetadata {
  const phase = text(fields.phase, 'metadata.phase');
  if (phase !== 'init' && phase !== 'invocation') {
    throw new Error(`metadata.phase is ${show(phase)}, not 'init' or 'invocation'`);
  }
  const timestamp = text(fields.timestamp, 'metadata.timestamp');
  if (Number.isNaN(Date.parse(timestamp)) || new Date(timestamp).toISOString() !== timestamp) {
    throw new Error(`metadata.timestamp is ${show(timestamp)}, not a time such as 2026-01-31T23:59:59.999Z`);
  }
  const functionName = text(fields.functionName, 'metadata.functionName');
  if (!FUNCTION_NAME.test(functionName)) {
    throw new Error(`metadata.functionName is ${show(functionName)}, not the name of a Lambda function, of up to 64 letters, digits, - and _`);
  }
  return {
    functionName,
    functionVersion: text(fields.functionVersion, 'metadata.functionVersion'),
    ...optional('requestId', fields.requestId, 'metadata', text),
    environmentId: text(fields.environmentId, 'metadata.environmentId'),
    sequence: natural(fields.sequence, 'metadata.sequence'),
    timestamp,
    phase,
    ...optional('runId', fields.runId, 'metadata', text),
    runtime: text(fields.runtime, 'metadata.runtime'),
    engine: text(fields.engine, 'metadata.engine'),
    layerVersion: text(fields.layerVersion, 'metadata.layerVersion'),
    include: list(fields.include, 'metadata.include', text),
    exclude: list(fields.exclude, 'metadata.exclude', text),
    branchCoverage: boolean(fields.branchCoverage, 'metadata.branchCoverage'),
  };
}

function decodeScript(value: unknown, at: string): ScriptCoverage {
  const fields = object(value, at);
  if (!Number.isSafeInteger(fields.wrapperLength)) {
    throw new Error(`${at}.wrapperLength is ${show(fields.wrapperLength)}, not a whole number`);
  }
  return {
    url: text(fields.url, `${at}.url`),
    path: text(fields.path, `${at}.path`),
    sha256: digest(fields.sha256, `${at}.sha256`),
    wrapperLength: fields.wrapperLength as number,
    ...optional('sourceMap', fields.sourceMap, at, digest),
    functions: list(fields.functions, `${at}.functions`, decodeFunctionCoverage),
  };
}

/** @throws Error that says what is wrong, beginning with `at` */
export function decodeFunctionCoverage(value: unknown, at: string): FunctionCoverage {
  const { functionName, isBlockCoverage, ranges } = object(value, at);
  const decoded = list(ranges, `${at}.ranges`, decodeRange);
  const [whole] = decoded;
  if (!whole) {
    throw new Error(`${at}.ranges is empty`);
  }
  const outside = decoded.find(({ startOffset, endOffset }) => startOffset < whole.startOffset || endOffset > whole.endOffset);
  if (outside) {
    throw new Error(`${at}.ranges has ${show(outside)} outside of its function's range ${show(whole)}`);
  }
  return { functionName: text(functionName, `${at}.functionName`), isBlockCoverage: boolean(isBlockCoverage, `${at}.isBlockCoverage`), ranges: decoded };
}

function decodeRange(value: unknown, at: string): CoverageRange {
  const fields = object(value, at);
  const range = {
    startOffset: natural(fields.startOffset, `${at}.startOffset`),
    endOffset: natural(fields.endOffset, `${at}.endOffset`),
    count: natural(fields.count, `${at}.count`),
  };
  if (range.startOffset > range.endOffset) {
    throw new Error(`${at} begins at ${range.startOffset}, after its end ${range.endOffset}`);
  }
  return range;
}

function decodeInstrumentedFile(value: unknown, at: string): InstrumentedFile {
  const fields = object(value, at);
  return {
    path: text(fields.path, `${at}.path`),
    shape: digest(fields.shape, `${at}.shape`),
    s: record(fields.s, `${at}.s`, natural),
    f: record(fields.f, `${at}.f`, natural),
    b: record(fields.b, `${at}.b`, (arms, branch) => list(arms, branch, natural)),
  };
}

function decodeCountedScript(value: unknown, at: string): CountedScript {
  const { table, flags, counts } = object(value, at);
  const name = flags === undefined ? 'counts' : 'flags';
  const values = text(flags ?? counts, `${at}.${name}`);
  try {
    decodeCounterValues(values, name === 'counts', MOST_COUNTERS, () => undefined);
  } catch (error) {
    throw new Error(`${at}.${name}: ${(error as Error).message}`);
  }
  return { table: digest(table, `${at}.table`), [name]: values };
}

function decodePythonFile(value: unknown, at: string): PythonFile {
  const fields = object(value, at);
  const file = { path: text(fields.path, `${at}.path`), table: digest(fields.table, `${at}.table`) };
  if (fields.arcs === undefined) {
    return { ...file, lines: numbers(fields.lines, `${at}.lines`, natural) };
  }
  const arcs = numbers(fields.arcs, `${at}.arcs`, lineOrExit);
  if (arcs.length % 2 !== 0) {
    throw new Error(`${at}.arcs has ${arcs.length} numbers, which are no pairs`);
  }
  return { ...file, arcs };
}

type Fields = Readonly<Record<string, unknown>>;

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new Error(`not JSON: ${(error as Error).message}`);
  }
}

function object(value: unknown, at: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${at} is ${show(value)}, not an object`);
  }
  return value as Fields;
}

function list<T>(value: unknown, at: string, decode: (item: unknown, at: string) => T): T[] {
  if (!Array.isArray(value)) {
    throw new Error(`${at} is ${show(value)}, not a list`);
  }
  return value.map((item, index) => decode(item, `${at}[${index}]`));
}

/** A list of very many, which is no copy. */
function numbers(value: unknown, at: string, decode: (item: unknown, at: string) => number): number[] {
  if (!Array.isArray(value)) {
    throw new Error(`${at} is ${show(value)}, not a list`);
  }
  for (let index = 0; index < value.length; index++) {
    const item: unknown = value[index];
    // a place is named only where something is wrong with it
    if (typeof item !== 'number' || item < 0 || item > MAX_PYTHON_LINE || !Number.isInteger(item)) {
      decode(item, `${at}[${index}]`);
    }
  }
  return value as number[];
}

/** Own properties become own properties, `__proto__` as any other. */
function record<T>(value: unknown, at: string, decode: (item: unknown, at: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(object(value, at)).map(([key, item]) => [key, decode(item, `${at}.${key}`)]));
}

function text(value: unknown, at: string): string {
  if (typeof value !== 'string') {
    throw new Error(`${at} is ${show(value)}, not a text`);
  }
  return value;
}

function digest(value: unknown, at: string): string {
  if (typeof value !== 'string' || !/^[0-9a-f]{64}$/.test(value)) {
    throw new Error(`${at} is ${show(value)}, not a SHA-256 in hexadecimal`);
  }
  return value;
}

function boolean(value: unknown, at: string): boolean {
  if (typeof value !== 'boolean') {
    throw new Error(`${at} is ${show(value)}, not true or false`);
  }
  return value;
}

function natural(value: unknown, at: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new Error(`${at} is ${show(value)}, not a whole number from 0`);
  }
  return value as number;
}

function lineOrExit(value: unknown, at: string): number {
  if (!Number.isSafeInteger(value) || Math.abs(value as number) > MAX_PYTHON_LINE) {
    throw new Error(`${at} is ${show(value)}, not a line or the exit of one, from -${MAX_PYTHON_LINE} to ${MAX_PYTHON_LINE}`);
  }
  return value as number;
}

function optional<K extends string, T>(name: K, value: unknown, of: string, decode: (value: unknown, at: string) => T): { [key in K]?: T } {
  return value === undefined ? {} : ({ [name]: decode(value, `${of}.${name}`) } as { [key in K]: T });
}

/** A value as an error message can hold it. */
function show(value: unknown): string {
  const shown = value === undefined ? 'missing' : JSON.stringify(value);
  return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
}
