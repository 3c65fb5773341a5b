/**
 * The keys of everything in the coverage bucket: how they are built and, beside it, how they are read back.
 *
 * A key of a raw object has the reference's form `{prefix}YYYY/MM/DD/{function_name}-{execution_id}.coverage` (UTC).
 * Function names contain hyphens and a retried invocation reuses its request id, so an execution id of ours has a fixed
 * shape: `{request id}-{environment id}-{sequence}` of 36, 12 and 8 characters. Only that shape is read back.
 */

export const DEFAULT_PREFIX = 'coverage/';

/** What the key of a raw object says. The identity that counts is inside the object; this is for listing by time and function. */
export interface RawCoverageKey {
  /** Empty, or ends with `/`. */
  readonly prefix: string;
  /** UTC day in the form `YYYY-MM-DD`. */
  readonly day: string;
  readonly functionName: string;
  readonly execution: ExecutionId;
}

export interface ExecutionId {
  /** A UUID in lower case. */
  readonly requestId: string;
  /** 12 hexadecimal digits, made anew by each execution environment. */
  readonly environmentId: string;
  /** The number of this object among those of its execution environment, from 0. */
  readonly sequence: number;
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const EXECUTION_ID = new RegExp(`^(${UUID})-([0-9a-f]{12})-([0-9a-f]{8})$`);
/** Of a Lambda function; it becomes a part of keys, and of names of files. */
export const FUNCTION_NAME = /^[A-Za-z0-9_-]{1,64}$/;
const RAW_KEY = /^(|.*\/)(\d{4})\/(\d{2})\/(\d{2})\/([^/]+)\.coverage$/s;
const EXECUTION_ID_LENGTH = 36 + 1 + 12 + 1 + 8;
const SOURCE_KEY = /^(|.*\/)sources\/([0-9a-f]{64})$/s;

/** @throws Error if a part does not have the shape that lets it be read back */
export function formatExecutionId(execution: ExecutionId): string {
  const { requestId, environmentId, sequence } = execution;
  const id = `${requestId}-${environmentId}-${sequence.toString(16).padStart(8, '0')}`;
  if (!EXECUTION_ID.test(id)) {
    throw new Error(`execution id parts out of shape: ${JSON.stringify(execution)} (a lower-case UUID, 12 hexadecimal digits, 0 to 2^32-1)`);
  }
  return id;
}

/** @returns nothing where the text is not an execution id of ours */
export function parseExecutionId(text: string): ExecutionId | undefined {
  const match = EXECUTION_ID.exec(text);
  return match ? { requestId: match[1]!, environmentId: match[2]!, sequence: parseInt(match[3]!, 16) } : undefined;
}

/** A hash in the form of a request id: of 64 hexadecimal digits the first 32. */
export function uuidOfHash(hash: string): string {
  return [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)].join('-');
}

/**
 * The key of a raw object: `{prefix}YYYY/MM/DD/{functionName}-{executionId}.coverage`.
 *
 * Mirrors `generate_s3_key` of the reference: the prefix is put in front as it is.
 */
export function rawCoverageKey(functionName: string, executionId: string, prefix: string, timestamp: Date): string {
  return `${prefix}${timestamp.toISOString().slice(0, 10).replaceAll('-', '/')}/${functionName}-${executionId}.coverage`;
}

/** @returns nothing where the key is not of a raw object that a wrapper of ours wrote */
export function parseRawCoverageKey(key: string): RawCoverageKey | undefined {
  const match = RAW_KEY.exec(key);
  if (!match) {
    return undefined;
  }
  const [, prefix, year, month, dayOfMonth, name] = match as unknown as string[];
  const execution = parseExecutionId(name!.slice(-EXECUTION_ID_LENGTH));
  const functionName = name!.slice(0, -EXECUTION_ID_LENGTH - 1);
  const day = `${year}-${month}-${dayOfMonth}`;
  if (!execution || name!.at(-EXECUTION_ID_LENGTH - 1) !== '-' || !FUNCTION_NAME.test(functionName) || !isDay(day) || prefixProblem(prefix!)) {
    return undefined;
  }
  return { prefix: prefix!, day, functionName, execution };
}

/** The key under which a script or a source map is kept, once per content. */
export function sourceKey(prefix: string, sha256: string): string {
  return `${prefix}sources/${sha256}`;
}

/** @returns nothing where the key is not of a kept source */
export function parseSourceKey(key: string): { prefix: string; sha256: string } | undefined {
  const match = SOURCE_KEY.exec(key);
  return match && !prefixProblem(match[1]!) ? { prefix: match[1]!, sha256: match[2]! } : undefined;
}

/** The folder of the reports that the combiner writes. */
export function reportsPrefix(prefix: string): string {
  return `${prefix}reports/`;
}

/** The folder of the merged coverage that the combiner writes. */
export function combinedPrefix(prefix: string): string {
  return `${prefix}combined/`;
}

/** The folder of what the combiner keeps for its next run. */
export function checkpointPrefix(prefix: string): string {
  return `${combinedPrefix(prefix)}checkpoint/`;
}

/** The folder of what parts of a distributed run come to; see `src/combiner/distributed`. */
export function partialsPrefix(prefix: string): string {
  return `${combinedPrefix(prefix)}partials/`;
}

/** The folder of the plans of distributed runs. */
export function plansPrefix(prefix: string): string {
  return `${combinedPrefix(prefix)}plans/`;
}

/** What says which raw objects are being replaced by merged ones. */
export function compactionKey(prefix: string): string {
  return `${combinedPrefix(prefix)}compaction.json`;
}

/**
 * The prefix that functions upload below, of one that may name a year, a month or a day of it: `coverage/` of
 * `coverage/2026/01/31/`, as the reference's combiner is called.
 */
export function basePrefix(prefix: string): string {
  return prefix.replace(/(^|\/)20\d{2}\/(?:\d{2}\/){0,2}$/, '$1');
}

/** Where raw objects begin: `{prefix}20` leaves out sources, combined coverage and reports, as the lifecycle rule has to. */
export function rawCoveragePrefix(prefix: string): string {
  return `${prefix}20`;
}

/**
 * What is wrong with a key prefix, as the end of a sentence that begins with its value.
 *
 * @returns nothing where the prefix can be used
 */
export function prefixProblem(prefix: string): string | undefined {
  if (prefix === '') {
    return undefined;
  }
  if (!prefix.endsWith('/')) {
    return `does not end with a slash; use '${prefix}/'`;
  }
  if (prefix.startsWith('/')) {
    return `begins with a slash; use '${prefix.replace(/^\/+/, '')}'`;
  }
  if (prefix.length > 512) {
    return `has ${prefix.length} characters; 512 at most`;
  }
  if (!/^[A-Za-z0-9!_.'()/-]+$/.test(prefix)) {
    return "has characters that need escaping in an S3 key; use letters, digits and any of !_.'()-/";
  }
  if (prefix.split('/').slice(0, -1).some((segment) => segment === '' || segment === '.' || segment === '..')) {
    return "has an empty segment, '.' or '..'; name each folder once";
  }
  return undefined;
}

function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
