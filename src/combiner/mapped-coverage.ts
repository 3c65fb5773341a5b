/// <reference path="./istanbul-source-maps.d.ts" />
import { encodedMap, FlattenMap, type EncodedSourceMap, type SourceMapInput } from '@jridgewell/trace-mapping';
import { createCoverageMap, type CoverageMap, type FileCoverageData } from 'istanbul-lib-coverage';
import { createSourceMapStore } from 'istanbul-lib-source-maps';
import { sourcePath } from '../conversion/original-path';

/** What an original file has of the coverage of the file that was made of it. */
export interface MappedFile {
  /** Where it was when that was made. */
  readonly path: string;
  /** Where the source map holds it. */
  readonly text?: string;
  readonly coverage: FileCoverageData;
}

/** @returns the reason where the map cannot be read */
export function parseInputMap(map: object): EncodedSourceMap | string {
  try {
    const flat = encodedMap(new FlattenMap(map as SourceMapInput));
    return flat.sources.every((source) => source === null || typeof source === 'string') ? flat : 'its sources are not names';
  } catch (error) {
    return (error as Error).message;
  }
}

/** The paths of a map's sources, which are relative to that of the file that was made of them. */
export function originalPaths(path: string, { sources, sourceRoot }: EncodedSourceMap): string[] {
  return sources.map((source) => (source === null ? path : sourcePath(path, sourceRoot, source)));
}

/**
 * The coverage of the original files of an instrumented one, by its input source map. What the map does not lead to is in none, as in the
 * reports of nyc.
 */
export async function mappedCoverage(path: string, coverage: FileCoverageData, map: EncodedSourceMap): Promise<MappedFile[]> {
  const originals = originalPaths(path, map);
  // numbers for names: the library puts names together with the folder it runs in, and takes some for the same
  const numbered = { ...map, sourceRoot: undefined, sources: map.sources.map((source, index) => (source === null ? null : `/${index}`)) };
  const instrumented = createCoverageMap({ '/': { ...coverage, path: '/', inputSourceMap: numbered } as FileCoverageData });
  const mapped: CoverageMap = await createSourceMapStore().transformCoverage(instrumented);
  return mapped.files().filter((name) => name !== '/').map((name) => {
    const index = Number(name.slice(1));
    const text = map.sourcesContent?.[index];
    return { path: originals[index]!, ...(typeof text === 'string' && { text }), coverage: mapped.fileCoverageFor(name).data };
  });
}
