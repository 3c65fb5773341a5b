import { InvalidArgumentError } from 'commander';

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/**
 * `90s`, `15m`, `2h`, `7d` or `1w`, in milliseconds.
 *
 * @throws InvalidArgumentError
 */
export function parseDuration(value: string): number {
  const match = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(value.trim());
  if (!match) {
    throw new InvalidArgumentError(`'${value}' is not a duration such as 90s, 15m, 2h, 7d or 1w.`);
  }
  return Number(match[1]) * UNITS[match[2]!]!;
}

const ISO = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * A time as ISO 8601 has it, such as `2026-01-31` or `2026-01-31T12:00:00Z`, or a duration before now.
 *
 * @throws InvalidArgumentError
 */
export function parseTime(value: string): Date {
  const time = ISO.test(value.trim()) ? new Date(value.trim()) : undefined;
  if (time && !Number.isNaN(time.getTime())) {
    return time;
  }
  try {
    return new Date(Date.now() - parseDuration(value));
  } catch {
    throw new InvalidArgumentError(`'${value}' is neither a time such as 2026-01-31 or 2026-01-31T12:00:00Z nor a duration before now such as 2h or 7d.`);
  }
}
