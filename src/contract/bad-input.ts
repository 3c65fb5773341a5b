import { CoverageError } from './coverage-error';
import { prefixProblem } from './object-keys';

/** Taken before the user's code runs, which may patch it. */
const { stringify } = JSON;

/** Longest part of a value that an error message holds. */
const LONGEST = 100;

/** @param allowed what is allowed, and how to mend it, as the end of a sentence that begins with the value */
export function badInput(argument: string, value: unknown, allowed: string): CoverageError {
  const shown = show(value);
  return new CoverageError(`${argument} ${shown} ${allowed}`, { argument, value: shown });
}

/** @throws CoverageError if it is no prefix of keys */
export function checkPrefix(argument: string, prefix: unknown): void {
  if (typeof prefix !== 'string') {
    throw badInput(argument, prefix, "is not a text; pass one that ends with a slash, such as 'coverage/'");
  }
  const problem = prefixProblem(prefix);
  if (problem) {
    throw badInput(argument, prefix, problem);
  }
}

function show(value: unknown): string {
  const text = typeof value === 'function' ? 'a function' : quoted(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function quoted(value: unknown): string {
  try {
    return typeof value === 'string' ? `'${value}'` : stringify(value) ?? String(value);
  } catch {
    return typeof value;
  }
}
