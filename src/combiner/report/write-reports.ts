import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FileCoverage } from 'istanbul-lib-coverage';
import { createContext, type ReportBase } from 'istanbul-lib-report';
import CoberturaReport from 'istanbul-reports/lib/cobertura';
import HtmlReport from 'istanbul-reports/lib/html';
import JsonReport from 'istanbul-reports/lib/json';
import JsonSummaryReport from 'istanbul-reports/lib/json-summary';
import LcovOnlyReport from 'istanbul-reports/lib/lcovonly';
import TextReport from 'istanbul-reports/lib/text';
import type { ReportFormatName } from '../../contract/report-formats';
import type { Combined } from '../combine';

/** Each format with the file that it writes below the output folder; text goes to the terminal unless a file is asked for. */
const REPORTERS: Record<ReportFormatName, (file?: string) => { report: ReportBase; file: string }> = {
  'html': () => ({ report: new HtmlReport({ skipEmpty: false }), file: 'index.html' }),
  'lcov': () => ({ report: new LcovOnlyReport({ projectRoot: '' }), file: 'lcov.info' }),
  'json': () => ({ report: new JsonReport({}), file: 'coverage-final.json' }),
  'json-summary': () => ({ report: new JsonSummaryReport({}), file: 'coverage-summary.json' }),
  'cobertura': () => ({ report: new CoberturaReport({ projectRoot: '' }), file: 'cobertura-coverage.xml' }),
  'text': (file) => ({ report: new TextReport(file ? { file } : {}), file: file ?? '' }),
};

/** Beside the coverage map in JSON: which build each file of it is of. */
const BUILDS_FILE = 'coverage-builds.json';

export interface ReportOptions {
  /** Folder, made where it is not there. */
  readonly folder: string;
  readonly formats: readonly ReportFormatName[];
  /** File for the text report; the terminal without it. */
  readonly textFile?: string;
}

/**
 * Writes a report in each format.
 *
 * @returns the main file of each format, relative to the folder
 * @throws Error if the folder cannot be written to
 */
export function writeReports({ coverage, texts, builds }: Pick<Combined, 'coverage' | 'texts' | 'builds'>, { folder, formats, textFile }: ReportOptions): string[] {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new Error(`the output folder '${folder}' cannot be made: ${(error as Error).message}`);
  }
  const context = createContext({
    dir: folder,
    coverageMap: coverage,
    defaultSummarizer: 'nested',
    sourceFinder: (path: string) => texts.get(path) ?? textInstead(coverage.fileCoverageFor(path)),
  } as never);
  return formats.map((format) => {
    const { report, file } = REPORTERS[format](textFile);
    try {
      report.execute(context);
      if (format === 'json') {
        writeFileSync(join(folder, BUILDS_FILE), JSON.stringify(builds, undefined, 2));
      }
    } catch (error) {
      throw new Error(`the report '${format}' cannot be written to the output folder '${folder}': ${(error as Error).message}`);
    }
    return file;
  }).filter((file) => file !== '');
}

/** A page shows counts beside the lines of a text: so many are made up at most. */
const MAX_LINES = 100_000;

/** What a page shows of a file whose text is not at hand: as many lines as its counters need. */
function textInstead({ path, statementMap }: FileCoverage): string {
  const last = Object.values(statementMap).reduce((line, { end }) => Math.max(line, end.line), 1);
  return `// the text of ${path} is not at hand${'\n'.repeat(Math.min(last, MAX_LINES) - 1)}`;
}
