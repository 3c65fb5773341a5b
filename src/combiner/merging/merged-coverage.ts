import { CounterMerge } from './counter-merge';
import { InstrumentedMerge } from './instrumented-merge';
import { isNewer, ofMerged, SAME_FUNCTION, type Alike } from './merged-metadata';
import { PythonMerge } from './python-merge';
import { RawMerge } from './raw-merge';
import { RAW_COVERAGE_VERSION, type OmittedScript, type RawCoverage, type RawCoverageMetadata } from '../../contract/raw-coverage';

/** What the objects say that a function could not be told of. */
interface Omissions {
  metadata: RawCoverageMetadata;
  readonly scripts: Map<string, OmittedScript>;
}

/** Any number of raw objects of all kinds as one. */
export class MergedCoverage {
  /** Of code that V8 counted. */
  public readonly v8: RawMerge;
  /** Of code that was instrumented when it was built. */
  public readonly instrumented: InstrumentedMerge;
  /** Of code that was instrumented when the app was synthesized. */
  public readonly counters: CounterMerge;
  /** Of Python. */
  public readonly python: PythonMerge;
  private readonly omissions = new Map<string, Omissions>();

  /** @param alike what objects have to agree in to be merged into one */
  public constructor(private readonly alike: Alike = SAME_FUNCTION) {
    this.v8 = new RawMerge(alike);
    this.instrumented = new InstrumentedMerge(alike);
    this.counters = new CounterMerge(alike);
    this.python = new PythonMerge(alike);
  }

  public add(raw: RawCoverage): void {
    switch (raw.kind) {
      case 'v8': this.v8.add(raw); break;
      case 'istanbul': this.instrumented.add(raw); break;
      case 'counters': this.counters.add(raw); break;
      case 'python': this.python.add(raw); break;
    }
    if (raw.omitted.length > 0) {
      this.omit(raw);
    }
  }

  /** What each Lambda function ran, by its name. */
  public byFunction(): Map<string, MergedCoverage> {
    return this.split(({ functionName }) => functionName);
  }

  /** What was told of each, by what its metadata says. */
  public split(nameOf: (metadata: RawCoverageMetadata) => string): Map<string, MergedCoverage> {
    const parts = new Map<string, MergedCoverage>();
    for (const raw of this.raws()) {
      const name = nameOf(raw.metadata);
      const part = parts.get(name) ?? new MergedCoverage(this.alike);
      part.add(raw);
      parts.set(name, part);
    }
    return parts;
  }

  /** Scripts that ran but could not be told, a line each. */
  public omitted(): string[] {
    const lines = [...this.omissions.values()].flatMap(({ metadata: { functionName }, scripts }) =>
      [...scripts.values()].map(({ url, reason }) => `${functionName}: ${url} ${reason}`));
    return [...new Set(lines)].sort();
  }

  /** Raw objects that say the same, in an order that does not depend on that of the objects. */
  public raws(): RawCoverage[] {
    const omissions = [...this.omissions.keys()].sort().map((key): RawCoverage => {
      const { metadata, scripts } = this.omissions.get(key)!;
      const omitted = [...scripts.keys()].sort().map((name) => scripts.get(name)!);
      return { version: RAW_COVERAGE_VERSION, kind: 'v8', metadata: ofMerged(metadata), omitted, result: [] };
    });
    return [...this.v8.raws(), ...this.instrumented.raws(), ...this.counters.raws(), ...this.python.raws(), ...omissions];
  }

  private omit({ metadata, omitted }: RawCoverage): void {
    const key = JSON.stringify(this.alike(metadata));
    let omissions = this.omissions.get(key);
    if (!omissions) {
      this.omissions.set(key, (omissions = { metadata, scripts: new Map() }));
    } else if (isNewer(metadata, omissions.metadata)) {
      omissions.metadata = metadata;
    }
    omitted.forEach(({ url, reason }) => omissions.scripts.set(`${url}\0${reason}`, { url, reason }));
  }
}
