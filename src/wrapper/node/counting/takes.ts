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
import { encodeRawCoverage, RAW_COVERAGE_VERSION, type CountedScript, type RawCoverage, type RawCoverageMetadata } from '../../../contract/raw-coverage';

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
  private environmentId?: string;
  private sequence = 0;
  private hasInit = false;

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
    const { scripts: counted, omitted: withoutTable, sources: newTables } = this.builtIn.take();
    const tables = [...this.tables.splice(0), ...newTables];
    const timestamp = new Clock().toISOString();
    const metadata = this.metadata(requestId, timestamp);
    const day = timestamp.slice(0, 10);
    const v8 = { version: RAW_COVERAGE_VERSION, kind: 'v8', metadata, omitted, result: this.news?.ofScripts(scripts, day) ?? scripts } as const;
    const istanbul = { version: RAW_COVERAGE_VERSION, kind: 'istanbul', metadata, omitted: unreadable, result: this.news?.ofFiles(files, day) ?? files } as const;
    const newlyCounted = (this.news?.ofCounters(counted, day) ?? counted).map(encoded);
    const counters = { version: RAW_COVERAGE_VERSION, kind: 'counters', metadata, omitted: withoutTable, result: newlyCounted } as const;
    return [
      ...(v8.result.length > 0 || omitted.length > 0 ? [this.parcel(v8, sources)] : []),
      ...(istanbul.result.length > 0 || unreadable.length > 0 ? [this.parcel(istanbul, shapes)] : []),
      ...(counters.result.length > 0 || withoutTable.length > 0 ? [this.parcel(counters, tables)] : []),
    ];
  }

  /** Forgets what ran since the take before; what is not told again, such as the shapes of instrumented code, stays for the next one. */
  public discard(): void {
    this.profiler?.take();
    this.shapes.push(...this.instrumented.take().sources);
    this.tables.push(...this.builtIn.take().sources);
  }

  /** Fewer parcels that say the same: one for each way of counting, under a key of its own, since one of them may have arrived unnoticed. */
  public merged(parcels: readonly Parcel[]): Parcel[] {
    const raws = parcels.map((parcel) => parseJson(parcel.json()) as RawCoverage);
    const sources = [...new Map(parcels.flatMap((parcel) => parcel.sources).map((source) => [source.sha256, source])).values()];
    const failures = parcels.flatMap(({ failedAt }) => failedAt ?? []);
    const failedAt = failures.length > 0 ? Math.max(...failures) : undefined;
    return mergeRaw(raws).map((raw) => Object.assign(this.parcel(raw, sources), { failedAt }));
  }

  private parcel(raw: RawCoverage, sources: readonly Source[]): Parcel {
    this.environmentId ??= crypto().randomBytes(6).toString('hex');
    const { environmentId } = this;
    const sequence = this.sequence++;
    const { functionName, requestId, timestamp } = raw.metadata;
    const execution = formatExecutionId({ requestId: asUuid(requestId ?? ''), environmentId, sequence });
    const key = rawCoverageKey(functionName, execution, this.settings.prefix, new Clock(timestamp));
    return new Parcel(key, encodeRawCoverage({ ...raw, metadata: { ...raw.metadata, environmentId, sequence } }), sources);
  }

  private metadata(requestId: string | undefined, timestamp: string): RawCoverageMetadata {
    const phase = this.hasInit ? 'invocation' : 'init';
    this.hasInit = true;
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
