import { unknownName } from './unknown-name';
import type { Limits, Thresholds } from '../../combiner/check/thresholds';
import { METRICS } from '../../combiner/report/reach';

const KEYS = [...METRICS, 'perFile', 'files', 'lambdaFunctions', 'changedLines'];

/**
 * Thresholds as a configuration file has them.
 *
 * @throws Error that begins with the place in the file
 */
export function decodeThresholds(value: unknown, at: string): Thresholds {
  const fields = record(value, at);
  const unknown = Object.keys(fields).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) {
    throw new Error(`${at}.${unknown} ${unknownName(unknown, KEYS)}`);
  }
  const { perFile, files, lambdaFunctions, changedLines, ...limits } = fields;
  if (perFile !== undefined && typeof perFile !== 'boolean') {
    throw new Error(`${at}.perFile is ${JSON.stringify(perFile)}, not true or false`);
  }
  return {
    ...decodeLimits(limits, at),
    ...(perFile !== undefined && { perFile }),
    ...(files !== undefined && { files: decodeEach(files, `${at}.files`) }),
    ...(lambdaFunctions !== undefined && { lambdaFunctions: decodeEach(lambdaFunctions, `${at}.lambdaFunctions`) }),
    ...(changedLines !== undefined && { changedLines: percentage(changedLines, `${at}.changedLines`) }),
  };
}

function decodeEach(value: unknown, at: string): Record<string, Limits> {
  return Object.fromEntries(Object.entries(record(value, at)).map(([glob, limits]) => [glob, decodeLimits(record(limits, `${at}['${glob}']`), `${at}['${glob}']`)]));
}

function decodeLimits(fields: Readonly<Record<string, unknown>>, at: string): Limits {
  const unknown = Object.keys(fields).find((key) => !(METRICS as readonly string[]).includes(key));
  if (unknown !== undefined) {
    throw new Error(`${at}.${unknown} ${unknownName(unknown, METRICS)}`);
  }
  return Object.fromEntries(Object.entries(fields).map(([metric, limit]) => [metric, percentage(limit, `${at}.${metric}`)]));
}

function percentage(value: unknown, at: string): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= 100)) {
    throw new Error(`${at} is ${JSON.stringify(value)}, not a number from 0 to 100`);
  }
  return value;
}

function record(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${at} is ${JSON.stringify(value)}, not an object`);
  }
  return value as Readonly<Record<string, unknown>>;
}
