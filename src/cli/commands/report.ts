import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { writeReports, type WrittenFormat } from '../../combiner/report/write-reports';
import { DEFAULT_REPORT_FORMATS, REPORT_FORMATS } from '../../contract/report-formats';
import { coverageJson } from '../coverage-json';
import type { CoverageLocation } from '../options/coverage-location';
import { addCoverageOptions, fromArgument, readCoverage, type CoverageOptions } from '../options/coverage-options';
import { printWarnings } from '../terminal/printable';

export interface ReportOptions extends CoverageOptions {
  readonly output: string;
  readonly format: readonly WrittenFormat[];
  readonly json?: boolean;
}

const FORMATS: readonly WrittenFormat[] = [...REPORT_FORMATS, 'github'];

export function reportCommand(): Command {
  const command = new Command('report').description('Combine the coverage that functions uploaded, and write reports').addArgument(fromArgument());
  return addReportOptions(command)
    .addHelpText('after', `
Examples:
  $ lambda-coverage report --app cdk.out
  $ lambda-coverage report s3://my-coverage-bucket --since 2h --function 'orders-*'
  $ lambda-coverage report s3://my-coverage-bucket --app cdk.out --format html,lcov
  $ lambda-coverage report ./downloaded --output build/coverage
  $ lambda-coverage report --app cdk.out --unit coverage/coverage-final.json --wait

Exit codes: 0 the reports are written, 1 they could not be, 2 wrong usage.
An object that cannot be read is named on standard error; the rest is combined.
`)
    .action(async (from: CoverageLocation | undefined, options: ReportOptions) => writeReport(from, options, command));
}

export function addReportOptions(command: Command): Command {
  command
    .addOption(new Option('-o, --output <folder>', 'folder for the reports').default('coverage'))
    .addOption(new Option('-f, --format <names>', `comma-separated formats: ${FORMATS.join(', ')}`)
      .argParser(parseFormats).default(DEFAULT_REPORT_FORMATS, DEFAULT_REPORT_FORMATS.join(',')));
  return addCoverageOptions(command).addOption(new Option('--json', 'print the result as JSON, and text reports into files'));
}

/** @throws Error if there is nothing to report, or something cannot be used */
export async function writeReport(from: CoverageLocation | undefined, options: ReportOptions, command: Command): Promise<void> {
  const started = Date.now();
  const coverage = await readCoverage(from, options, command, { withParts: options.format.includes('html-single') });
  printWarnings(coverage.errors);
  const files = writeReports(coverage, { folder: options.output, formats: options.format, textFiles: options.json === true })
    .map((file) => resolve(join(options.output, file)));
  if (options.json) {
    console.log(JSON.stringify({ ...coverageJson(coverage, { location: resolve(options.output), started }), reports: files }, undefined, 2));
    return;
  }
  const newest = coverage.builds.flatMap((build) => build.newest ?? []).sort().at(-1);
  console.log([
    `${coverage.filesProcessed} objects of ${coverage.lambdaFunctions.length} functions`,
    ...(coverage.filesSkipped > 0 ? [`${coverage.filesSkipped} skipped`] : []),
    ...(from === undefined ? [`from ${coverage.store.location}`] : []),
    ...(newest === undefined ? [] : [`the newest of ${newest.slice(0, 19)}Z`]),
  ].join(', '));
  files.forEach((file) => console.log(file));
}

function parseFormats(value: string): WrittenFormat[] {
  const names = [...new Set(value.split(',').map((name) => name.trim()))];
  const unknown = names.find((name) => !(FORMATS as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`format '${unknown}' is none of ${FORMATS.join(', ')}.`);
  }
  return names as WrittenFormat[];
}
