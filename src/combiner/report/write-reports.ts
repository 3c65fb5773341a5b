import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCoverageMap, type CoverageMap, type FileCoverage, type FileCoverageData } from 'istanbul-lib-coverage';
import { createContext, type Context, type ReportBase } from 'istanbul-lib-report';
import CloverReport from 'istanbul-reports/lib/clover';
import CoberturaReport from 'istanbul-reports/lib/cobertura';
import HtmlReport from 'istanbul-reports/lib/html';
import JsonReport from 'istanbul-reports/lib/json';
import JsonSummaryReport from 'istanbul-reports/lib/json-summary';
import LcovOnlyReport from 'istanbul-reports/lib/lcovonly';
import TextReport from 'istanbul-reports/lib/text';
import TextSummaryReport from 'istanbul-reports/lib/text-summary';
import { githubAnnotations } from './github-annotations';
import { markdownReport } from './markdown-report';
import { originsSummary, uncoveredRanges } from './reach';
import { reachTable } from './reach-table';
import { singleFileReport } from './single-file/single-file-report';
import type { ReportFormatName } from '../../contract/report-formats';
import type { Combined } from '../combine';
import type { PartOfCoverage } from '../coverage-parts';
import type { Origins } from '../unit/join-unit-coverage';

/** A format of a report; `github` is for the standard output of a job of GitHub Actions, and so no format of a combiner. */
export type WrittenFormat = ReportFormatName | 'github';

/** What reports show. */
export type Reported = Pick<Combined, 'coverage' | 'texts' | 'builds'> & {
  readonly origins?: Origins;
  /** What is told apart in a report in one file. @default - nothing */
  readonly parts?: readonly PartOfCoverage[];
};

interface Output {
  readonly folder: string;
  readonly context: Context;
  /** File for what goes to the terminal else. */
  readonly textFile: ((format: WrittenFormat) => string) | undefined;
}

/** Writes a report. @returns its main file below the output folder; none where it went to the terminal */
type Reporter = (reported: Reported, output: Output) => string | undefined;

const REPORTERS: Record<WrittenFormat, Reporter> = {
  'html': ({ coverage, texts }, { folder }) => {
    const named = new Map([...texts].map(([path, text]) => [linkable(path), text]));
    new HtmlReport({ skipEmpty: false }).execute(contextOf(withoutPercentSigns(coverage), named, folder));
    return 'index.html';
  },
  'html-single': (reported, { folder }) => {
    writeFileSync(join(folder, 'coverage.html'), singleFileReport(reported));
    return 'coverage.html';
  },
  'lcov': istanbul(new LcovOnlyReport({ projectRoot: '' }), 'lcov.info'),
  'json': (reported, output) => {
    writeFileSync(join(output.folder, BUILDS_FILE), JSON.stringify(reported.builds, undefined, 2));
    return istanbul(new JsonReport({}), 'coverage-final.json')(reported, output);
  },
  'json-summary': (reported, output) => {
    if (reported.origins) {
      writeFileSync(join(output.folder, ORIGINS_FILE), JSON.stringify(originsSummary(reported.coverage, reported.origins), undefined, 2));
    }
    return istanbul(new JsonSummaryReport({}), 'coverage-summary.json')(reported, output);
  },
  'cobertura': istanbul(new CoberturaReport({ projectRoot: '' }), 'cobertura-coverage.xml'),
  'clover': istanbul(new CloverReport({ projectRoot: '' }), 'clover.xml'),
  'markdown': ({ coverage, origins }, { folder }) => {
    writeFileSync(join(folder, 'coverage.md'), markdownReport(coverage, origins));
    return 'coverage.md';
  },
  'github': ({ coverage }) => {
    const annotations = coverage.files().flatMap((path) => uncoveredRanges(coverage, path).map(([first, last]) =>
      ({ path, first, last, title: 'Not covered', message: `Nothing reached ${first === last ? `line ${first}` : `lines ${first} to ${last}`}.` })));
    process.stdout.write(githubAnnotations(annotations).map((line) => `${line}\n`).join(''));
    return undefined;
  },
  'text': (reported, output) => {
    const file = output.textFile?.('text');
    istanbul(new TextReport(file === undefined ? {} : { file }), file)(reported, output);
    if (reported.origins) {
      const table = `${reachTable(reported.coverage, reported.origins, file === undefined ? process.stdout.columns || 80 : 120)}\n`;
      if (file === undefined) {
        process.stdout.write(table);
      } else {
        appendFileSync(join(output.folder, file), table);
      }
    }
    return file;
  },
  'text-summary': (reported, output) => {
    const file = output.textFile?.('text-summary');
    return istanbul(new TextSummaryReport(file === undefined ? {} : { file }), file)(reported, output);
  },
};

function istanbul(report: ReportBase, file: string | undefined): Reporter {
  return (_, { context }) => {
    report.execute(context);
    return file;
  };
}

/** Beside the coverage map in JSON: which build each file of it is of. */
const BUILDS_FILE = 'coverage-builds.json';

/** Beside the summary in JSON, where there are unit tests: what they reach and what Lambda reaches. */
const ORIGINS_FILE = 'coverage-origins.json';

export interface ReportOptions {
  /** Folder, made where it is not there. */
  readonly folder: string;
  readonly formats: readonly WrittenFormat[];
  /** Whether reports that are for the terminal become files, `coverage.txt` and `coverage-summary.txt`. @default false */
  readonly textFiles?: boolean;
}

/**
 * Writes a report in each format.
 *
 * @returns the main file of each format, relative to the folder
 * @throws Error if the folder cannot be written to
 */
export function writeReports(reported: Reported, { folder, formats, textFiles = false }: ReportOptions): string[] {
  const { coverage, texts } = reported;
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new Error(`the output folder '${folder}' cannot be made: ${(error as Error).message}`);
  }
  const context = contextOf(coverage, texts, folder);
  const textFile = textFiles ? (format: WrittenFormat) => (format === 'text' ? 'coverage.txt' : 'coverage-summary.txt') : undefined;
  return formats.flatMap((format) => {
    try {
      return REPORTERS[format](reported, { folder, context, textFile }) ?? [];
    } catch (error) {
      throw new Error(`the report '${format}' cannot be written to the output folder '${folder}': ${(error as Error).message}`);
    }
  });
}

function contextOf(coverage: CoverageMap, texts: ReadonlyMap<string, string>, folder: string): Context {
  return createContext({
    dir: folder,
    coverageMap: coverage,
    defaultSummarizer: 'nested',
    sourceFinder: (path: string) => texts.get(path) ?? textInstead(coverage.fileCoverageFor(path)),
  } as never);
}

/** Istanbul's pages have names of files as addresses, in which a percent sign means something else. */
function linkable(path: string): string {
  return path.replaceAll('%', '\uff05');
}

function withoutPercentSigns(coverage: CoverageMap): CoverageMap {
  const renamed = createCoverageMap({});
  for (const path of coverage.files()) {
    renamed.addFileCoverage({ ...coverage.fileCoverageFor(path).toJSON(), path: linkable(path) } as FileCoverageData);
  }
  return renamed;
}

/** A page shows counts beside the lines of a text: so many are made up at most. */
const MAX_LINES = 100_000;

/** What a page shows of a file whose text is not at hand: as many lines as its counters need. */
function textInstead({ path, statementMap }: FileCoverage): string {
  const last = Object.values(statementMap).reduce((line, { end }) => Math.max(line, end.line), 1);
  return `// the text of ${path} is not at hand${'\n'.repeat(Math.min(last, MAX_LINES) - 1)}`;
}
