import picomatch from 'picomatch';
import { parseRawCoverageKey } from '../../contract/object-keys';
import type { RawCoverage, RawCoverageMetadata } from '../../contract/raw-coverage';

const DAY = 24 * 60 * 60 * 1_000;

/** Which raw coverage is wanted; all that is said has to hold. */
export interface Selection {
  /**
   * Taken then or later. What an execution environment ran when it started belongs to all that it runs later: where that is told apart, it is
   * wanted as well, if it was on that day or on the one before.
   */
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
  /** The time before which environments may have started that are wanted. */
  private readonly startsBefore?: Date;

  public constructor(private readonly selection: Selection) {
    this.isFunction = matcher(selection.functions);
    this.isRun = matcher(selection.runs);
    if (selection.since && selection.phase === undefined) {
      this.startsBefore = selection.since;
    }
  }

  /** Whether an object may hold something that is wanted; one whose key says nothing may. */
  public mayHold(key: string): boolean {
    const parsed = parseRawCoverageKey(key);
    const { since, until } = this.selection;
    return !parsed || (this.isFunction(parsed.functionName) && !(since && parsed.day < dayOf(since)) && !(until && parsed.day > dayOf(until)));
  }

  /** Whether an object may hold the start of an environment that ran something later which is wanted, though its own time is not. */
  public mayHoldStart(key: string): boolean {
    const parsed = this.startsBefore && parseRawCoverageKey(key);
    return parsed !== undefined && parsed.execution.sequence === 0 && this.isFunction(parsed.functionName)
      && parsed.day >= dayOf(new Date(this.startsBefore!.getTime() - DAY)) && parsed.day <= dayOf(this.startsBefore!);
  }

  public wants({ functionName, timestamp, runId, phase }: RawCoverageMetadata): boolean {
    const { since, until, phase: wanted } = this.selection;
    const time = Date.parse(timestamp);
    return this.isFunction(functionName) && !(since && time < since.getTime()) && !(until && time >= until.getTime())
      && (wanted === undefined || phase === wanted) && this.isOfRun(runId);
  }

  /** Whether it is such a start: with other ways of counting, the first invocation is a part of it. */
  public isStart({ kind, metadata: { functionName, timestamp, runId, phase } }: RawCoverage): boolean {
    return this.startsBefore !== undefined && (kind === 'counters' || kind === 'python') && phase === 'init' && Date.parse(timestamp) < this.startsBefore.getTime()
      && this.isFunction(functionName) && this.isOfRun(runId);
  }

  private isOfRun(runId: string | undefined): boolean {
    const { runs } = this.selection;
    return runs === undefined || runs.length === 0 || (runId !== undefined && this.isRun(runId));
  }
}

function matcher(patterns: readonly string[] | undefined): (text: string) => boolean {
  return patterns === undefined || patterns.length === 0 ? () => true : picomatch([...patterns]);
}

function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}
