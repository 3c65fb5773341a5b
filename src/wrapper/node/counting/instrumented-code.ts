import { INSTRUMENTED_SHAPE, type InstrumentedFile, type OmittedScript } from '../../../contract/raw-coverage';
import { crypto, stringify } from '../platform';

// taken before the user's code runs, which may patch them
const { keys, fromEntries } = Object;
const { isArray } = Array;
const { isSafeInteger } = Number;

/** What ran of instrumented code since the take before. */
export interface InstrumentedTake {
  readonly files: InstrumentedFile[];
  /** The shapes of files that are new with this take: content that belongs into the bucket, once. */
  readonly sources: Array<{ readonly sha256: string; readonly text: string }>;
  /** Files whose counters cannot be read, each told once. */
  readonly omitted: OmittedScript[];
}

type Content = Readonly<Record<string, unknown>>;
/** The counters of a file as the take before found them; listing their ids anew would cost more than reading them. */
interface Known<T> {
  readonly ids: readonly string[];
  readonly counts: T[];
}

interface KnownFile {
  readonly object: object;
  readonly hash: unknown;
  readonly path: string;
  readonly shape: string;
  readonly s: Known<number>;
  readonly f: Known<number>;
  readonly b: Known<number[]>;
}

/**
 * Counters that Istanbul's instrumenter built into the user's code: babel-plugin-istanbul, `nyc instrument`, vite-plugin-istanbul,
 * swc-plugin-coverage-instrument. They are in `globalThis.__coverage__`, which is only read, and belongs to the user: it may hold
 * anything, be reset and be replaced. An instrumenter that was told another name of the variable (`coverageVariable`) is not seen.
 */
export class InstrumentedCode {
  private readonly known = new Map<string, KnownFile>();
  private readonly told = new Set<string>();

  /**
   * The counters less those of the take before. A file is told of where it is new, though nothing of it ran: a report shows it with 0;
   * afterwards where something of it ran. Nothing of it throws.
   */
  public take(): InstrumentedTake {
    const taken: InstrumentedTake = { files: [], sources: [], omitted: [] };
    try {
      const coverage = (globalThis as { __coverage__?: unknown }).__coverage__;
      if (isObject(coverage)) {
        keys(coverage).forEach((key) => this.takeFile(key, coverage, taken));
      }
    } catch {
      // what cannot even be listed is not Istanbul's
    }
    return taken;
  }

  private takeFile(key: string, coverage: Content, { files, sources, omitted }: InstrumentedTake): void {
    if (this.told.has(key)) {
      return;
    }
    try {
      const object = coverage[key];
      if (!isObject(object) || !isObject(object.s) || !isObject(object.statementMap)) {
        return; // not Istanbul's
      }
      let file = this.known.get(key);
      const isNew = !file || (file.object !== object && (typeof object.hash !== 'string' || object.hash !== file.hash));
      if (isNew) {
        const text = shapeOf(object);
        const sha256 = crypto().createHash('sha256').update(text).digest('hex');
        file = { object, hash: object.hash, path: pathOf(object, key), shape: sha256, s: idsOf(object.s), f: idsOf(object.f), b: idsOf(object.b) };
        this.known.set(key, file);
        sources.push({ sha256, text });
      }
      const { path, shape } = file!;
      const s = addedCounts(object.s, file!.s);
      const f = addedCounts(object.f, file!.f);
      const b = addedArms(object.b, file!.b);
      if (isNew || s.length + f.length + b.length > 0) {
        // `fromEntries` makes an id such as `__proto__` an own property
        files.push({ path, shape, s: fromEntries(s), f: fromEntries(f), b: fromEntries(b) });
      }
    } catch (error) {
      this.told.add(key);
      omitted.push({ url: key, reason: `its counters in __coverage__ cannot be read: ${reasonOf(error)}` });
    }
  }
}

function isObject(value: unknown): value is Content {
  return typeof value === 'object' && value !== null;
}

function pathOf({ path }: Content, key: string): string {
  return typeof path === 'string' ? path : key;
}

/** All but the counters, in an order of ours: what instrumented code runs first must not show. */
function shapeOf(file: Content): string {
  return stringify(fromEntries(INSTRUMENTED_SHAPE.map((name) => [name, file[name]])));
}

function idsOf(counters: unknown): { ids: string[]; counts: never[] } {
  return { ids: isObject(counters) ? keys(counters) : [], counts: [] };
}

function addedCounts(counters: unknown, { ids, counts }: Known<number>): Array<[string, number]> {
  const added: Array<[string, number]> = [];
  for (let index = 0; index < ids.length && isObject(counters); index++) {
    const now = count(counters[ids[index]!]);
    const before = counts[index] ?? 0;
    if (now !== before) {
      counts[index] = now;
      const difference = since(before, now);
      if (difference > 0) {
        added.push([ids[index]!, difference]);
      }
    }
  }
  return added;
}

function addedArms(counters: unknown, { ids, counts }: Known<number[]>): Array<[string, number[]]> {
  const added: Array<[string, number[]]> = [];
  for (let index = 0; index < ids.length && isObject(counters); index++) {
    const arms = counters[ids[index]!];
    const before = counts[index] ?? [];
    if (isArray(arms) && arms.some((arm, at) => count(arm) !== (before[at] ?? 0))) {
      const now = arms.map(count);
      counts[index] = now;
      const differences = now.map((arm, at) => since(before[at] ?? 0, arm));
      if (differences.some((difference) => difference > 0)) {
        added.push([ids[index]!, differences]);
      }
    }
  }
  return added;
}

/** A counter; anything else that somebody wrote there counts nothing. */
function count(value: unknown): number {
  return isSafeInteger(value) && (value as number) > 0 ? value as number : 0;
}

/** What was added. A counter that went down was reset, so all of it is new. */
function since(before: number, now: number): number {
  return now < before ? now : now - before;
}

/** Whatever was thrown. */
function reasonOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'unknown';
  }
}
