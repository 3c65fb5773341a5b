import { createCoverageMap, type CoverageMap } from 'istanbul-lib-coverage';
import type { Reported } from './write-reports';
import { pathFilter } from '../../patterns/path-filter';

/**
 * A report of some of its files.
 *
 * @param patterns globs of paths; all files unless some are included
 */
export function chosenFiles<T extends Reported>(
  reported: T, patterns: { readonly include: readonly string[]; readonly exclude: readonly string[] },
): T {
  const isChosen = pathFilter(patterns.include, patterns.exclude);
  const chosen = (coverage: CoverageMap) => {
    const some = createCoverageMap(coverage.toJSON());
    some.filter(isChosen);
    return some;
  };
  const { coverage, builds, origins } = reported;
  return {
    ...reported,
    coverage: chosen(coverage),
    builds: builds.filter(({ path }) => isChosen(path)),
    ...(origins && { origins: { unit: chosen(origins.unit), lambda: chosen(origins.lambda) } }),
  };
}
