import type { Selector } from './selection';
import { parseRawCoverageKey } from '../../contract/object-keys';
import type { RawCoverage } from '../../contract/raw-coverage';

interface Start {
  readonly raws: readonly RawCoverage[];
  readonly key: string;
}

/**
 * What environments ran when they started, before the time that is asked for, and that ran something wanted later. Whether they did is known when
 * all that may be wanted has been read.
 */
export class EarlierStarts {
  /** Those of which something is wanted. */
  private readonly environments = new Set<string>();
  private readonly starts = new Map<string, Start>();
  private readonly unread: string[] = [];

  public constructor(private readonly selector: Selector) {}

  /** What is wanted of an object. */
  public wanted(raws: readonly RawCoverage[], key: string): RawCoverage[] {
    const wanted = raws.filter(({ metadata }) => this.selector.wants(metadata));
    wanted.forEach(({ metadata }) => this.environments.add(metadata.environmentId));
    const start = raws.filter((raw) => this.selector.isStart(raw));
    if (wanted.length > 0) {
      return [...start, ...wanted];
    }
    start.forEach((raw) => this.starts.set(raw.metadata.environmentId, { raws: [raw], key }));
    return [];
  }

  /** An object that is not read, since its day says that nothing else of it is wanted. */
  public seen(key: string): void {
    if (this.selector.mayHoldStart(key)) {
      this.unread.push(key);
    }
  }

  /** The objects that have to be read after all. */
  public get toRead(): string[] {
    return this.unread.filter((key) => this.environments.has(parseRawCoverageKey(key)!.execution.environmentId));
  }

  /** The starts that are wanted, of what was read. */
  public get read(): Start[] {
    return [...this.starts].filter(([environment]) => this.environments.has(environment)).map(([, start]) => start);
  }
}
