/** The package comes without types. */
declare module 'istanbul-lib-source-maps' {
  import type { CoverageMap } from 'istanbul-lib-coverage';

  /** Knows the source maps of instrumented files; those that are in the coverage as `inputSourceMap` need not be registered. */
  export function createSourceMapStore(): {
    /** The coverage of the original files: a new map, or the same one where there is no source map. */
    transformCoverage(coverage: CoverageMap): Promise<CoverageMap>;
  };
}
