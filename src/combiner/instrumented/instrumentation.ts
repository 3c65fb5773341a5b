/// <reference path="./istanbul-source-maps.d.ts" />
import { encodedMap, FlattenMap, type EncodedSourceMap, type SourceMapInput } from '@jridgewell/trace-mapping';
import { createCoverageMap, type CoverageMap, type FileCoverageData } from 'istanbul-lib-coverage';
import { createSourceMapStore } from 'istanbul-lib-source-maps';
import { parseShape, type InstrumentedShape } from './instrumented-shape';
import { sourcePath } from '../../conversion/original-path';
import { verified, type ContentFinder } from '../kept-content';
import type { MergedInstrumentation } from '../merging/instrumented-merge';

/** An original file of an instrumented one. */
export interface InstrumentedOriginal {
  /** Where it was when it was built. */
  readonly path: string;
  /** Where the source map holds it. */
  readonly text?: string;
  readonly coverage: FileCoverageData;
}

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
      return new Instrumentation(counted, shape, countersOf(shape, counted), parseMap(shape.inputSourceMap));
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
    this.originals = typeof map === 'object' ? map.sources.map((source) => this.original(map, source)) : [this.path];
    if (typeof map === 'string') {
      this.mapProblem = `its source map cannot be read (${map}), so the file is reported as it was instrumented`;
    }
  }

  /** Whether it was built into a script, which then holds its hash, or its path where the instrumenter gives none. */
  public isIn(script: string): boolean {
    return script.includes(this.shape.hash ?? JSON.stringify(this.counted.path));
  }

  /** The coverage of its original files. What the source map does not lead to is in none, as in the reports of nyc. */
  public async files(): Promise<InstrumentedOriginal[]> {
    const { map } = this;
    if (typeof map !== 'object') {
      return [{ path: this.path, coverage: this.coverage }];
    }
    // numbers for names: the library puts names together with the folder it runs in, and takes some for the same
    const numbered = { ...map, sourceRoot: undefined, sources: map.sources.map((source, index) => (source === null ? null : `/${index}`)) };
    const instrumented = createCoverageMap({ '/': { ...this.coverage, path: '/', inputSourceMap: numbered } as FileCoverageData });
    const mapped: CoverageMap = await createSourceMapStore().transformCoverage(instrumented);
    return mapped.files().filter((name) => name !== '/').map((name) => {
      const index = Number(name.slice(1));
      const text = map.sourcesContent?.[index];
      return { path: this.originals[index]!, ...(typeof text === 'string' && { text }), coverage: mapped.fileCoverageFor(name).data };
    });
  }

  private original(map: EncodedSourceMap, source: string | null): string {
    return source === null ? this.path : sourcePath(this.path, map.sourceRoot, source);
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

/** @returns the reason where the map cannot be read */
function parseMap(map: object | undefined): EncodedSourceMap | string | undefined {
  if (map === undefined) {
    return undefined;
  }
  try {
    const flat = encodedMap(new FlattenMap(map as SourceMapInput));
    return flat.sources.every((source) => source === null || typeof source === 'string') ? flat : 'its sources are not names';
  } catch (error) {
    return (error as Error).message;
  }
}
