import { createHash } from 'node:crypto';
import type { FileCoverageData, Range } from 'istanbul-lib-coverage';
import { BuildRoots } from '../build-roots';
import { dated, nameOf, newestBuilds, olderBuild, type DatedFile } from '../builds';
import { Instrumentation } from './instrumentation';
import { instrumentedScript } from './instrumented-scripts';
import { isVendored } from '../../conversion/original-path';
import type { ScriptSource } from '../../conversion/script-source';
import { boundedPathFilter } from '../../patterns/bounded-path-filter';
import type { ContentFinder } from '../kept-content';
import type { MappedFile } from '../mapped-coverage';
import type { MergedInstrumentation } from '../merging/instrumented-merge';
import type { MergedScript } from '../merging/raw-merge';
import type { Repository } from '../repository';

export interface InstrumentedCodeOptions {
  /** Where it is given, paths are relative to it, and the texts of files are found. */
  readonly repository: Repository | undefined;
  /** Whether builds that are not deployed any more are told of. */
  readonly allBuilds: boolean;
}

/** So many files without a text are named. */
const MAX_NAMES = 3;

/** The code that was instrumented when it was built: what its own counters tell, and how that goes with V8's coverage of the same code. */
export class InstrumentedCode {
  public static async read(
    find: ContentFinder, merged: readonly MergedInstrumentation[], options: InstrumentedCodeOptions,
  ): Promise<InstrumentedCode> {
    const code: Instrumentation[] = [];
    const errors: string[] = [];
    for (const counted of merged) {
      try {
        const one = await Instrumentation.read(find, counted);
        if (!one) {
          throw new Error('its shape was not kept; it is sent once per content, with the first invocation after a deployment');
        }
        code.push(one);
        if (one.mapProblem !== undefined) {
          errors.push(`${nameOf(counted)}: ${one.mapProblem}`);
        }
      } catch (error) {
        errors.push(`${nameOf(counted)}: ${(error as Error).message}`);
      }
    }
    return new InstrumentedCode(code, errors, options);
  }

  private readonly roots: BuildRoots;
  /** By the paths of original files when they were built. */
  private readonly texts = new Map<string, string>();
  private readonly current = new Set<Instrumentation>();
  private readonly replaced = new Set<Instrumentation>();

  private constructor(
    private readonly code: readonly Instrumentation[],
    /** What could not be read or told: a line each. */
    public readonly errors: string[],
    private readonly options: InstrumentedCodeOptions,
  ) {
    this.roots = new BuildRoots([...new Set(code.flatMap(({ path, originals }) => [path, ...originals]))], options.repository);
  }

  /** Whether a script can hold instrumented code, by the functions that ran it. */
  public mayBeIn(script: MergedScript): boolean {
    return this.code.some((one) => isOfSameFunction(one, script));
  }

  /** Reads from a script what is instrumented in it. @returns which of its original files V8's coverage is not to tell of */
  public in(script: MergedScript, source: ScriptSource): (path: string) => boolean {
    const instrumented = this.code.filter((one) => isOfSameFunction(one, script) && one.isIn(source.text));
    if (instrumented.length === 0) {
      return () => false;
    }
    const { told, names, texts, problem } = instrumentedScript(script, source, instrumented);
    instrumented.forEach((one) => this.current.add(one));
    this.roots.learn(names, instrumented.flatMap(({ path, originals }) => [path, ...originals]));
    texts.forEach((text, path) => this.texts.set(path, text));
    if (problem !== undefined) {
      this.errors.push(`${nameOf(script)}: ${problem}`);
    }
    return told;
  }

  /** Reads from a script that is no longer deployed what was instrumented in it. */
  public wasIn(script: MergedScript, { text }: ScriptSource): void {
    this.code.filter((one) => isOfSameFunction(one, script) && one.isIn(text)).forEach((one) => this.replaced.add(one));
  }

  /**
   * The original files with their own counters, once all scripts are known.
   *
   * @param others V8's coverage: where it has a file of the same shape, both are the same build
   */
  public async files(others: readonly DatedFile[]): Promise<DatedFile[]> {
    const builds = this.code.map((one) => ({ ...one.counted, one, path: this.roots.reported(one.path), sha256: one.counted.shape }));
    const isReplaced = ({ one }: { one: Instrumentation }) => !this.options.allBuilds && this.replaced.has(one) && !this.current.has(one);
    const deployed = builds.filter((build) => !isReplaced(build));
    const { newest, older } = this.options.allBuilds ? { newest: deployed, older: [] } : newestBuilds(deployed);
    const left = [...older, ...builds.filter(isReplaced)];
    this.errors.push(...left.map(olderBuild));
    const files: DatedFile[] = [];
    for (const { one } of newest) {
      try {
        files.push(...await this.wanted(one, others));
      } catch (error) {
        this.errors.push(`${nameOf(one.counted)}: ${(error as Error).message}`);
      }
    }
    this.tellWithoutText(files);
    return files;
  }

  /** @throws Error if its patterns take too long */
  private async wanted(one: Instrumentation, others: readonly DatedFile[]): Promise<DatedFile[]> {
    const { include, exclude } = one.counted;
    const isWanted = boundedPathFilter(include, exclude);
    const originals = await one.files();
    if (originals.length === 0) {
      this.errors.push(`${nameOf(one.counted)}: its source map leads to no original file, so it is left out`);
    }
    const files: DatedFile[] = [];
    for (const original of originals) {
      const path = this.roots.reported(original.path);
      if (path === '') {
        this.errors.push(`${nameOf(one.counted)}: '${original.path}' is not the path of a file; it is left out`);
      } else if (isWanted(path) && !isVendored(path)) {
        files.push(this.file(path, original, one, others));
      }
    }
    return files;
  }

  private file(path: string, original: MappedFile, { counted }: Instrumentation, others: readonly DatedFile[]): DatedFile {
    const { coverage } = original;
    const text = original.text ?? this.candidates(path, original.path).find((one) => one !== undefined && fits(one, coverage));
    const shape = shapeOf(coverage);
    const same = others.find((other) => other.path === path && (text === undefined || other.text === text) && shapeOf(other.coverage) === shape);
    const build = same?.build ?? createHash('sha256').update(JSON.stringify([text, shape])).digest('hex');
    return { path, build, ...((text ?? same?.text) !== undefined && { text: text ?? same!.text! }), coverage, ...dated(counted) };
  }

  /** A text that V8's coverage came with, or that of the repository, which may have changed since. */
  private candidates(path: string, built: string): Array<string | undefined> {
    const { repository } = this.options;
    const inside = repository && built.startsWith(`${repository.folder}/`) ? built.slice(repository.folder.length + 1) : path;
    return [this.texts.get(built), repository?.text(inside)];
  }

  private tellWithoutText(files: readonly DatedFile[]): void {
    const names = [...new Set(files.filter(({ text }) => text === undefined).map(({ path }) => path))].sort();
    if (names.length > 0) {
      const shown = names.slice(0, MAX_NAMES).join(', ') + (names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '');
      this.errors.push(`the text of ${shown} is not at hand, so the HTML report shows counts without it; `
        + 'make the report with lambda-coverage in the repository as it was when the functions were built');
    }
  }
}

/** A script of the cloud assembly that never ran is of no function, and may be of any. */
function isOfSameFunction({ counted }: Instrumentation, { lambdaFunctions }: MergedScript): boolean {
  return lambdaFunctions.size === 0 || [...lambdaFunctions.keys()].some((name) => counted.lambdaFunctions.has(name));
}

/** Whether a text can be the one that was instrumented: whether all places are in it. */
function fits(text: string, { statementMap, fnMap }: FileCoverageData): boolean {
  const lines = text.split('\n');
  return [...Object.values(statementMap), ...Object.values(fnMap).map(({ loc }) => loc)]
    .flatMap(({ start, end }) => [start, end])
    .every(({ line, column }) => line <= lines.length && (column <= lines[line - 1]!.length || column === Infinity));
}

/** All places, without what differs between the ways to the same file: names of functions without one. */
function shapeOf({ statementMap, fnMap, branchMap }: FileCoverageData): string {
  const places = (ranges: readonly Range[]) => ranges.map(({ start, end }) => [start.line, start.column, end.line, end.column]);
  return JSON.stringify([
    places(Object.values(statementMap)),
    places(Object.values(fnMap).map(({ loc }) => loc)),
    Object.values(branchMap).map(({ type, locations }) => [type, places(locations)]),
  ]);
}
