import picomatch from 'picomatch';
import { parseRawCoverageKey } from '../../contract/object-keys';
import type { RawCoverageMetadata } from '../../contract/raw-coverage';

/** Which raw coverage is wanted; all that is said has to hold. */
export interface Selection {
  /** Taken then or later. */
  readonly since?: Date | undefined;
  /** Taken before. */
  readonly until?: Date | undefined;
  /** Names of Lambda functions, or globs of them; one has to match. */
  readonly functions?: readonly string[] | undefined;
  /** Run ids, or globs of them; one has to match. */
  readonly runs?: readonly string[] | undefined;
  readonly phase?: RawCoverageMetadata['phase'] | undefined;
}

/**
 * Tells wanted coverage by its metadata, and, so that not all has to be read, by keys. What was compacted has the time of the newest object of its
 * day.
 */
export class Selector {
  private readonly isFunction: (name: string) => boolean;
  private readonly isRun: (id: string) => boolean;

  public constructor(private readonly selection: Selection) {
    this.isFunction = matcher(selection.functions);
    this.isRun = matcher(selection.runs);
  }

  /** Whether an object may hold something that is wanted; one whose key says nothing may. */
  public mayHold(key: string): boolean {
    const parsed = parseRawCoverageKey(key);
    const { since, until } = this.selection;
    return !parsed || (this.isFunction(parsed.functionName) && !(since && parsed.day < dayOf(since)) && !(until && parsed.day > dayOf(until)));
  }

  public wants({ functionName, timestamp, runId, phase }: RawCoverageMetadata): boolean {
    const { since, until, phase: wanted, runs } = this.selection;
    const time = Date.parse(timestamp);
    return this.isFunction(functionName) && !(since && time < since.getTime()) && !(until && time >= until.getTime())
      && (wanted === undefined || phase === wanted) && (runs === undefined || runs.length === 0 || (runId !== undefined && this.isRun(runId)));
  }
}

function matcher(patterns: readonly string[] | undefined): (text: string) => boolean {
  return patterns === undefined || patterns.length === 0 ? () => true : picomatch([...patterns]);
}

function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}
