import { isDeepStrictEqual } from 'node:util';

/** An entry of events.json. */
export interface ExampleEvent {
  readonly title: string;
  /** The construct id of the function. */
  readonly function: string;
  readonly event: unknown;
  readonly expect: 'answer' | 'error';
  /** Properties that the answer has among others. */
  readonly answer?: Readonly<Record<string, unknown>>;
  readonly errorType?: string;
}

interface Result {
  readonly payload: unknown;
  readonly functionError?: string;
  readonly errorType?: string;
}

/** How a result differs from what the example expects of it, or nothing. */
export function mismatch({ expect, answer = {}, errorType }: ExampleEvent, result: Result): string | undefined {
  const payload = result.payload as Record<string, unknown> | null;
  const matches = expect === 'error'
    ? result.functionError !== undefined && result.errorType === errorType
    : result.functionError === undefined && Object.entries(answer).every(([name, value]) => isDeepStrictEqual(payload?.[name], value));
  const expected = expect === 'error' ? `the error ${errorType}` : JSON.stringify(answer);
  return matches ? undefined : `expected ${expected}, got ${JSON.stringify(result.payload)}`;
}
