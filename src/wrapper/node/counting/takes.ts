import type { BuiltInCounters, CountedValues } from './built-in-counters';
import type { InstrumentedCode } from './instrumented-code';
import { encodeCounterValues } from '../../../contract/counter-values';
import type { Log } from '../log';
import { mergeRaw } from './merge-raw';
import { News } from './news';
import { Parcel } from '../delivery/parcel';
import { Clock, crypto, parseJson } from '../platform';
import type { Interruption, Profiler } from './profiler';
import type { Scripts, Source } from './scripts';
import type { Settings } from '../../../contract/environment';
import { formatExecutionId, parseExecutionId, rawCoverageKey, uuidOfHash } from '../../../contract/object-keys';
import { encodeRawCoverage, RAW_COVERAGE_VERSION, type CountedScript, type CountersRawCoverage, type RawCoverage, type RawCoverageMetadata } from '../../../contract/raw-coverage';

/** What is the same for all takes of an execution environment. */
export interface EnvironmentIdentity {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly runtime: string;
  readonly layerVersion: string;
}

const INTERRUPTIONS: Record<Interruption, string> = {
  stopped: 'Other code in this process stopped code coverage, as a CPU profiler does when it disconnects: what ran since the last upload is lost, '
    + 'and so is from here on what runs of functions that had run before; functions that run for the first time from here on are counted',
  taken: 'Other code in this process took the code coverage: what ran before is in its result, and not in what is uploaded; what runs from here on is counted',
};

/** Takes the coverage of the process, and makes raw objects of it. */
export class Takes {
  private readonly news?: News;
  /** What is told once, of takes that were forgotten. */
  private readonly shapes: Source[] = [];
  private readonly tables: Source[] = [];
  /** What ran until the handler was there, where that is told apart. */
  private init?: CountersRaw;
  private environmentId?: string;
  private sequence = 0;
  private isFirst = true;
  private isInitOver = false;

  public constructor(
    private readonly identity: EnvironmentIdentity,
    private readonly settings: Settings,
    /** None where no code of the function is counted by V8. */
    private readonly profiler: Profiler | undefined,
    private readonly scripts: Scripts,
    private readonly instrumented: InstrumentedCode,
    private readonly builtIn: BuiltInCounters,
    private readonly log: Log,
  ) {
    if (settings.uploadMode === 'on-change') {
      this.news = new News();
    }
  }

  /**
   * The handler is there, and nothing was invoked yet. What has run is a part of its own of the first object where counters are built in: reading
   * these takes a fraction of a millisecond, and V8 tens of them.
   */
  public endInit(): void {
    const init = this.counters(this.metadata(undefined, new Clock().toISOString(), 'init'));
    this.isInitOver = true;
    this.init = isEmpty(init.raw) ? undefined : init;
    this.tables.push(...init.sources);
  }

  /**
   * What ran since the take before, in the upload mode that is set: nothing where nothing did, one object for each way of counting.
   *
   * @throws Error if V8 cannot be asked
   */
  public take(requestId: string | undefined): Parcel[] {
    const { scripts: all, interruption } = this.profiler?.take() ?? { scripts: [] };
    if (interruption) {
      this.log.error('CoverageError', INTERRUPTIONS[interruption], {}, requestId);
    }
    const { scripts, omitted, sources } = this.scripts.own(all);
    const { files, sources: newShapes, omitted: unreadable } = this.instrumented.take();
    const shapes = [...this.shapes.splice(0), ...newShapes];
    const timestamp = new Clock().toISOString();
    const day = timestamp.slice(0, 10);
    const phase = this.isFirst ? 'init' : 'invocation';
    this.isFirst = false;
    const metadata = this.metadata(requestId, timestamp, phase);
    const counters = this.counters(this.isInitOver ? { ...metadata, phase: 'invocation' } : metadata);
    const tables = [...this.tables.splice(0), ...counters.sources];
    const counted = [...(this.init ? [this.init.raw] : []), counters.raw].filter((raw) => !isEmpty(raw));
    this.init = undefined;
    const v8 = { version: RAW_COVERAGE_VERSION, kind: 'v8', metadata, omitted, result: this.news?.ofScripts(scripts, day) ?? scripts } as const;
    const istanbul = { version: RAW_COVERAGE_VERSION, kind: 'istanbul', metadata, omitted: unreadable, result: this.news?.ofFiles(files, day) ?? files } as const;
    return [
      ...(isEmpty(v8) ? [] : [this.parcel([v8], sources)]),
      ...(isEmpty(istanbul) ? [] : [this.parcel([istanbul], shapes)]),
      ...(counted.length === 0 ? [] : [this.parcel(counted, tables)]),
    ];
  }

  /** Forgets what ran since the take before; what is not told again, such as the shapes of instrumented code, stays for the next one. */
  public discard(): void {
    this.profiler?.take();
    this.shapes.push(...this.instrumented.take().sources);
    this.tables.push(...this.builtIn.take().sources);
    this.init = undefined;
  }

  /** Fewer parcels that say the same: one for each way of counting and phase, under keys of their own, since one may have arrived unnoticed. */
  public merged(parcels: readonly Parcel[]): Parcel[] {
    const raws = parcels.flatMap((parcel) => parcel.json().split('\n').map((line) => parseJson(line) as RawCoverage));
    const sources = [...new Map(parcels.flatMap((parcel) => parcel.sources).map((source) => [source.sha256, source])).values()];
    const failures = parcels.flatMap(({ failedAt }) => failedAt ?? []);
    const failedAt = failures.length > 0 ? Math.max(...failures) : undefined;
    return mergeRaw(raws).map((raw) => Object.assign(this.parcel([raw], sources), { failedAt }));
  }

  private counters(metadata: RawCoverageMetadata): CountersRaw {
    const { scripts, omitted, sources } = this.builtIn.take();
    const result = (this.news?.ofCounters(scripts, metadata.timestamp.slice(0, 10)) ?? scripts).map(encoded);
    return { raw: { version: RAW_COVERAGE_VERSION, kind: 'counters', metadata, omitted, result }, sources };
  }

  /** @param raws the parts of one object; the last of them names it */
  private parcel(raws: readonly RawCoverage[], sources: readonly Source[]): Parcel {
    this.environmentId ??= crypto().randomBytes(6).toString('hex');
    const { environmentId } = this;
    const sequence = this.sequence++;
    const { functionName, requestId, timestamp } = raws.at(-1)!.metadata;
    const execution = formatExecutionId({ requestId: asUuid(requestId ?? ''), environmentId, sequence });
    const key = rawCoverageKey(functionName, execution, this.settings.prefix, new Clock(timestamp));
    const parts = raws.map((raw) => encodeRawCoverage({ ...raw, metadata: { ...raw.metadata, environmentId, sequence } }));
    return new Parcel(key, parts.join('\n'), sources);
  }

  private metadata(requestId: string | undefined, timestamp: string, phase: RawCoverageMetadata['phase']): RawCoverageMetadata {
    const { runId, include, exclude, branchCoverage } = this.settings;
    return {
      ...this.identity,
      ...(requestId !== undefined && { requestId }),
      environmentId: '',
      sequence: 0,
      timestamp,
      phase,
      ...(runId !== undefined && { runId }),
      engine: process.versions.v8,
      include,
      exclude,
      branchCoverage,
    };
  }
}

interface CountersRaw {
  readonly raw: CountersRawCoverage;
  /** Tables that are new with it. */
  readonly sources: readonly Source[];
}

/** Whether it tells nothing. */
function isEmpty({ result, omitted }: RawCoverage): boolean {
  return result.length === 0 && omitted.length === 0;
}

function encoded({ table, counts, values }: CountedValues): CountedScript {
  const text = encodeCounterValues(values, counts);
  return counts ? { table, counts: text } : { table, flags: text };
}

/** A request id is a UUID on Lambda; an emulator's is hashed into that form, so that keys keep their shape. */
function asUuid(requestId: string): string {
  const id = requestId.toLowerCase();
  if (parseExecutionId(`${id}-000000000000-00000000`)) {
    return id;
  }
  return uuidOfHash(crypto().createHash('sha256').update(requestId).digest('hex'));
}
