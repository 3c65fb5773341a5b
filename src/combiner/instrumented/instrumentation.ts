import type { EncodedSourceMap } from '@jridgewell/trace-mapping';
import type { FileCoverageData } from 'istanbul-lib-coverage';
import { parseShape, type InstrumentedShape } from './instrumented-shape';
import { sourcePath } from '../../conversion/original-path';
import { verified, type ContentFinder } from '../kept-content';
import { mappedCoverage, originalPaths, parseInputMap, type MappedFile } from '../mapped-coverage';
import type { MergedInstrumentation } from '../merging/instrumented-merge';

/** An instrumented file with its counters in their places. */
export class Instrumentation {
  /**
   * @returns nothing where its shape is not to be found
   * @throws Error if the shape is damaged, or the counters are not of it
   */
  public static async read(find: ContentFinder, counted: MergedInstrumentation): Promise<Instrumentation | undefined> {
    const json = await verified(find, counted.shape);
    if (json === undefined) {
      return undefined;
    }
    try {
      const shape = parseShape(json);
      return new Instrumentation(counted, shape, countersOf(shape, counted), shape.inputSourceMap && parseInputMap(shape.inputSourceMap));
    } catch (error) {
      throw new Error(`its kept shape ${counted.shape} is damaged: ${(error as Error).message}`);
    }
  }

  /** Where the instrumented file was when it was built. */
  public readonly path: string;
  /** Where its original files were; the file itself where it has no source map. */
  public readonly originals: readonly string[];
  /** Why there is no source map though there should be one. */
  public readonly mapProblem?: string;

  private constructor(
    public readonly counted: MergedInstrumentation,
    private readonly shape: InstrumentedShape,
    private readonly coverage: FileCoverageData,
    private readonly map: EncodedSourceMap | string | undefined,
  ) {
    this.path = sourcePath('', undefined, counted.path);
    this.originals = typeof map === 'object' ? originalPaths(this.path, map) : [this.path];
    if (typeof map === 'string') {
      this.mapProblem = `its source map cannot be read (${map}), so the file is reported as it was instrumented`;
    }
  }

  /** Whether it was built into a script, which then holds its hash, or its path where the instrumenter gives none. */
  public isIn(script: string): boolean {
    return script.includes(this.shape.hash ?? JSON.stringify(this.counted.path));
  }

  /** The coverage of its original files. What the source map does not lead to is in none, as in the reports of nyc. */
  public async files(): Promise<MappedFile[]> {
    return typeof this.map === 'object' ? mappedCoverage(this.path, this.coverage, this.map) : [{ path: this.path, coverage: this.coverage }];
  }
}

function countersOf(
  { statementMap, fnMap, branchMap }: InstrumentedShape, { path, s, f, b, branchCoverage }: MergedInstrumentation,
): FileCoverageData {
  const counts = (counters: ReadonlyMap<string, unknown>, places: object, kind: string) => {
    const unknown = [...counters.keys()].find((id) => !Object.hasOwn(places, id));
    if (unknown !== undefined) {
      throw new Error(`it has no place for the counter ${kind}.${unknown.slice(0, 60)}`);
    }
    return Object.keys(places);
  };
  return {
    path,
    statementMap,
    fnMap,
    branchMap: branchCoverage ? branchMap : {},
    s: Object.fromEntries(counts(s, statementMap, 's').map((id) => [id, s.get(id) ?? 0])),
    f: Object.fromEntries(counts(f, fnMap, 'f').map((id) => [id, f.get(id) ?? 0])),
    b: Object.fromEntries(counts(b, branchMap, 'b').filter(() => branchCoverage).map((id) => {
      const arms = b.get(id) ?? [];
      const { locations } = branchMap[id]!;
      if (arms.length > locations.length) {
        throw new Error(`it has ${locations.length} places for the ${arms.length} counters of b.${id}`);
      }
      return [id, locations.map((_, arm) => arms[arm] ?? 0)];
    })),
  };
}
