import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { CoverageMap, FileCoverageData, Range } from 'istanbul-lib-coverage';
import { encodeCounts, type PageData, type PageFile, type Place } from './page-data';
import type { Reported } from '../write-reports';

/** The page as it was built, beside the bundle that this is in; see projenrc/build-assets.ts. */
const PAGE = join(__dirname, 'assets', 'report-page.html');
/** Where it takes its data. */
const DATA = '__REPORT_DATA__';

/** One HTML file with everything in it, which needs neither a server nor the network. */
export function singleFileReport(reported: Reported): string {
  // base64 has nothing in it that HTML could take for markup
  const data = gzipSync(JSON.stringify(pageData(reported)), { level: 9 }).toString('base64');
  return readFileSync(PAGE, 'utf8').replace(DATA, () => data);
}

export function pageData({ coverage, texts, builds, origins, parts = [] }: Reported): PageData {
  const functionsOf = new Map(builds.map(({ path, lambdaFunctions }) => [path, lambdaFunctions]));
  const files = [...coverage.files()].sort().map((path): PageFile => {
    const { statementMap, fnMap, branchMap } = dataOf(coverage, path)!;
    const text = texts.get(path);
    const counts = (map: CoverageMap) => {
      const data = dataOf(map, path);
      return data ? encodeCounts([...Object.values(data.s), ...Object.values(data.f), ...Object.values(data.b).flat()]) : '';
    };
    const ofParts = parts.map((part) => counts(part.coverage));
    return {
      path,
      ...(text !== undefined && { text }),
      lambdaFunctions: functionsOf.get(path) ?? [],
      statements: Object.values(statementMap).map((range) => placeOf(range)!),
      functions: Object.values(fnMap).map(({ name, loc }) => [name, placeOf(loc)!] as const),
      branches: Object.values(branchMap).map(({ type, loc, locations }) => [type, loc.start.line, locations.map(placeOf)] as const),
      lambda: counts(origins?.lambda ?? coverage),
      ...(origins && { unit: counts(origins.unit) }),
      parts: Object.fromEntries(ofParts.flatMap((told, index) => (told === '' ? [] : [[index, told]]))),
    };
  });
  return {
    title: 'Code coverage',
    made: new Date().toISOString(),
    hasUnit: origins !== undefined,
    parts: parts.map(({ lambdaFunction, run, phase }) => ({ lambdaFunction, ...(run !== undefined && { run }), ...(phase && { phase }) })),
    files,
  };
}

function dataOf(map: CoverageMap, path: string): FileCoverageData | undefined {
  return map.data[path] === undefined ? undefined : map.fileCoverageFor(path).data;
}

/** The end of a line may have no column. */
const LAST_COLUMN = 100_000;

function placeOf({ start, end }: Range): Place | null {
  return start?.line === undefined ? null : [start.line, start.column, end.line, end.column ?? LAST_COLUMN];
}
