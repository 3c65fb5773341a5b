/**
 * The environment variables between a coverage layer at synth time and the wrapper in Lambda: names, defaults, encoding
 * and decoding, declared once. The variables with a default in the reference keep it; what equals its default is not set,
 * since all of a function's variables together may have 4 KB.
 */
import { DEFAULT_PREFIX, prefixProblem } from './object-keys';

/** Names of the variables, in the order of the reference; from `COVERAGE_HANDLER` on they are this project's own. */
export const Variable = {
  BUCKET: 'COVERAGE_S3_BUCKET',
  PREFIX: 'COVERAGE_S3_PREFIX',
  UPLOAD_TIMEOUT: 'COVERAGE_UPLOAD_TIMEOUT',
  INCLUDE_PATTERNS: 'COVERAGE_INCLUDE_PATTERNS',
  EXCLUDE_PATTERNS: 'COVERAGE_EXCLUDE_PATTERNS',
  BRANCH_COVERAGE: 'COVERAGE_BRANCH_COVERAGE',
  DEBUG: 'COVERAGE_DEBUG',
  HANDLER: 'COVERAGE_HANDLER',
  RUN_ID: 'COVERAGE_RUN_ID',
  UPLOAD_MODE: 'COVERAGE_UPLOAD_MODE',
  SAMPLING: 'COVERAGE_SAMPLING',
  DIRECTORY: 'COVERAGE_DIRECTORY',
  ENGINE: 'COVERAGE_ENGINE',
} as const;

/** The names that release 0.x of the reference had, by the names that replace them; read where the bucket has no new name. */
export const DEPRECATED_VARIABLES: Readonly<Record<string, string>> = {
  [Variable.BUCKET]: 'COVERAGE_BUCKET',
  [Variable.PREFIX]: 'COVERAGE_PREFIX',
};

/** When an invocation's coverage is uploaded: always, or only if it covered what its execution environment had not yet covered on that day. */
export const UPLOAD_MODES = ['every-invocation', 'on-change'] as const;

export type UploadModeName = (typeof UPLOAD_MODES)[number];

/** What counts: V8, or counters that were built into the function's code when the app was synthesized. */
export const ENGINES = ['v8', 'instrumented'] as const;

export type EngineName = (typeof ENGINES)[number];

/** What a function's wrapper is told. */
export interface Settings {
  /** Bucket that raw objects are uploaded to; without one, and without a directory, nothing is collected. */
  readonly bucket?: string;
  /** @default 'coverage/' */
  readonly prefix: string;
  /** Seconds after which an upload is given up, 1 to 900. @default 30 */
  readonly uploadTimeout: number;
  /** Globs of files to keep, relative to the task root or the repository. @default - all */
  readonly include: readonly string[];
  /** Globs of files to leave out. @default - none */
  readonly exclude: readonly string[];
  /** @default true */
  readonly branchCoverage: boolean;
  /** @default false */
  readonly debug: boolean;
  /** The function's own handler, as its `Handler` property said before it was redirected. */
  readonly handler?: string;
  /** Names the test run that the coverage belongs to. */
  readonly runId?: string;
  /** @default 'every-invocation' */
  readonly uploadMode: UploadModeName;
  /** The part of the execution environments that collect, 0 to 1. @default 1 */
  readonly sampling: number;
  /** Absolute path of a folder that objects are written to instead of a bucket. */
  readonly directory?: string;
  /** Of Node.js only. @default 'v8' */
  readonly engine: EngineName;
}

/** A variable whose value could not be used. */
export interface EnvironmentProblem {
  readonly variable: string;
  readonly value: string;
  /** What is allowed, and what is used instead. */
  readonly message: string;
}

export const DEFAULT_SETTINGS: Settings = {
  prefix: DEFAULT_PREFIX,
  uploadTimeout: 30,
  include: [],
  exclude: [],
  branchCoverage: true,
  debug: false,
  uploadMode: 'every-invocation',
  sampling: 1,
  engine: 'v8',
};

/** Longest list of patterns that is read, in characters; longer ones leave no room in the 4 KB of a function. */
export const MAX_PATTERNS_LENGTH = 1024;
export const MAX_UPLOAD_TIMEOUT = 900;

/** Most wildcards in one name of a path: the time to match grows with their number as the exponent. */
const MAX_WILDCARDS = 4;
/** A repeated group that has wildcards or groups: the time to match grows exponentially with the path. */
const REPEATED_WILDCARDS = /[*+]\([^)]*[*+?!@(]/;

/** What is wrong with a list of patterns, or nothing. */
export function patternsProblem(patterns: readonly string[]): string | undefined {
  const odd = patterns.find((pattern) => pattern.includes(',') || pattern.trim() !== pattern || pattern === '');
  if (odd !== undefined) {
    return `pattern '${odd}' is empty, has a comma or begins or ends with a space; give each pattern as an item of its own`;
  }
  const slow = patterns.find((pattern) => REPEATED_WILDCARDS.test(pattern) || pattern.split('/').some(hasManyWildcards));
  if (slow !== undefined) {
    return `pattern '${slow}' takes too long to match: it has more than ${MAX_WILDCARDS} wildcards in one name, `
      + 'or a repeated group with wildcards in it; give several simpler patterns';
  }
  const { length } = patterns.join(',');
  return length > MAX_PATTERNS_LENGTH ? `the patterns have ${length} characters; ${MAX_PATTERNS_LENGTH} at most` : undefined;
}

function hasManyWildcards(name: string): boolean {
  return (name.match(/\*+/g) ?? []).length > MAX_WILDCARDS;
}

/** The variables that say the same as the settings; only those that differ from their defaults. */
export function encodeEnvironment(settings: Settings): Record<string, string> {
  const environment: Record<string, string> = {};
  const set = (name: string, value: string | undefined, unless?: string) => {
    if (value !== undefined && value !== unless) {
      environment[name] = value;
    }
  };
  set(Variable.BUCKET, settings.bucket);
  set(Variable.PREFIX, settings.prefix, DEFAULT_SETTINGS.prefix);
  set(Variable.UPLOAD_TIMEOUT, String(settings.uploadTimeout), String(DEFAULT_SETTINGS.uploadTimeout));
  set(Variable.INCLUDE_PATTERNS, settings.include.join(','), '');
  set(Variable.EXCLUDE_PATTERNS, settings.exclude.join(','), '');
  set(Variable.BRANCH_COVERAGE, String(settings.branchCoverage), 'true');
  set(Variable.DEBUG, String(settings.debug), 'false');
  set(Variable.HANDLER, settings.handler);
  set(Variable.RUN_ID, settings.runId);
  set(Variable.UPLOAD_MODE, settings.uploadMode, DEFAULT_SETTINGS.uploadMode);
  set(Variable.SAMPLING, String(settings.sampling), String(DEFAULT_SETTINGS.sampling));
  set(Variable.DIRECTORY, settings.directory);
  set(Variable.ENGINE, settings.engine, DEFAULT_SETTINGS.engine);
  return environment;
}

/**
 * The settings that an environment holds. Never throws: a value that cannot be used is named and its default taken,
 * since the function has to run all the same.
 */
export function decodeEnvironment(environment: Readonly<Record<string, string | undefined>>): {
  settings: Settings;
  problems: EnvironmentProblem[];
  /** Variables with a name of release 0.x, which are read where the new name is not set. */
  deprecated: EnvironmentProblem[];
} {
  const problems: EnvironmentProblem[] = [];
  const deprecated: EnvironmentProblem[] = [];
  // where the bucket has its new name, a variable with an old one is none of ours
  const isOld = environment[Variable.BUCKET] === undefined;
  const read = <T>(name: string, fallback: T, decode: (value: string) => T | Refusal): T => {
    const old = isOld ? DEPRECATED_VARIABLES[name] : undefined;
    const variable = environment[name] === undefined && old !== undefined && environment[old] !== undefined ? old : name;
    const value = environment[variable];
    if (value === undefined) {
      return fallback;
    }
    if (variable === old) {
      deprecated.push({ variable, value, message: `is the name of release 0.x; use ${name}` });
    }
    const decoded = decode(value);
    if (decoded instanceof Refusal) {
      const used = fallback === undefined ? 'it is ignored' : `the default is used: ${JSON.stringify(fallback)}`;
      problems.push({ variable, value, message: `${decoded.reason}; ${used}` });
      return fallback;
    }
    return decoded;
  };
  const text = (value: string) => (value === '' ? undefined : value);
  const settings: Settings = {
    bucket: read(Variable.BUCKET, undefined, text),
    prefix: read(Variable.PREFIX, DEFAULT_SETTINGS.prefix, decodePrefix),
    uploadTimeout: read(Variable.UPLOAD_TIMEOUT, DEFAULT_SETTINGS.uploadTimeout, decodeSeconds),
    include: read(Variable.INCLUDE_PATTERNS, DEFAULT_SETTINGS.include, decodePatterns),
    exclude: read(Variable.EXCLUDE_PATTERNS, DEFAULT_SETTINGS.exclude, decodePatterns),
    branchCoverage: read(Variable.BRANCH_COVERAGE, DEFAULT_SETTINGS.branchCoverage, decodeBoolean),
    debug: read(Variable.DEBUG, DEFAULT_SETTINGS.debug, decodeBoolean),
    handler: read(Variable.HANDLER, undefined, text),
    runId: read(Variable.RUN_ID, undefined, text),
    uploadMode: read(Variable.UPLOAD_MODE, DEFAULT_SETTINGS.uploadMode, (value) => decodeName(value, UPLOAD_MODES)),
    sampling: read(Variable.SAMPLING, DEFAULT_SETTINGS.sampling, decodeSampling),
    directory: read(Variable.DIRECTORY, undefined, decodeDirectory),
    engine: read(Variable.ENGINE, DEFAULT_SETTINGS.engine, (value) => decodeName(value, ENGINES)),
  };
  return { settings, problems, deprecated };
}

class Refusal {
  public constructor(public readonly reason: string) {}
}

function decodePrefix(value: string): string | Refusal {
  const problem = prefixProblem(value);
  return problem ? new Refusal(problem) : value;
}

function decodeSeconds(value: string): number | Refusal {
  const seconds = Number(value);
  return /^\d+$/.test(value) && seconds >= 1 && seconds <= MAX_UPLOAD_TIMEOUT
    ? seconds
    : new Refusal(`is not a whole number of seconds from 1 to ${MAX_UPLOAD_TIMEOUT}`);
}

function decodePatterns(value: string): string[] | Refusal {
  const patterns = value.split(',').map((pattern) => pattern.trim()).filter((pattern) => pattern !== '');
  const problem = patternsProblem(patterns);
  return problem ? new Refusal(problem) : patterns;
}

function decodeBoolean(value: string): boolean | Refusal {
  const known: Record<string, boolean> = { true: true, 1: true, false: false, 0: false };
  const decoded = Object.hasOwn(known, value.toLowerCase()) ? known[value.toLowerCase()] : undefined;
  return decoded ?? new Refusal("is none of 'true', 'false', '1' and '0'");
}

function decodeName<T extends string>(value: string, names: readonly T[]): T | Refusal {
  return names.find((name) => name === value) ?? new Refusal(`is none of ${names.map((name) => `'${name}'`).join(' and ')}`);
}

function decodeSampling(value: string): number | Refusal {
  const rate = /^[\d.]+(?:e-?\d+)?$/i.test(value) ? Number(value) : NaN;
  const problem = samplingProblem(rate);
  return problem ? new Refusal(problem) : rate;
}

function decodeDirectory(value: string): string | undefined | Refusal {
  return value === '' || value.startsWith('/') ? value || undefined : new Refusal('is not an absolute path');
}

/** What is wrong with a sampling rate, or nothing. */
export function samplingProblem(rate: number): string | undefined {
  return rate >= 0 && rate <= 1 ? undefined : 'is not a number from 0 to 1';
}
