import { join, resolve } from 'node:path';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { openLocation, openLocationsOf, parseLocation, type CoverageLocation } from './coverage-location';
import { readCloudAssembly } from '../combiner/cloud-assembly/cloud-assembly';
import { combine, nothingToReport } from '../combiner/combine';
import { writeReports } from '../combiner/report/write-reports';
import { Repository } from '../combiner/repository';
import { isReportFormat, REPORT_FORMATS, type ReportFormatName } from '../contract/report-formats';

interface ReportOptions {
  readonly output: string;
  readonly format: readonly ReportFormatName[];
  readonly app?: string;
  readonly allBuilds?: boolean;
}

/** So many lines about what was left out are printed one by one. */
const MAX_LINES = 50;

export function reportCommand(): Command {
  return new Command('report')
    .description('Combine the coverage that functions uploaded, and write reports')
    .addArgument(new Argument('[from]', 's3://bucket, s3://bucket/prefix/ or a folder; with --app, the buckets that the app names, unless given').argParser(parseLocation))
    .addOption(new Option('-o, --output <folder>', 'folder for the reports').default('coverage'))
    .addOption(new Option('-f, --format <names>', `comma-separated formats: ${REPORT_FORMATS.join(', ')}`)
      .argParser(parseFormats).default(REPORT_FORMATS, 'all'))
    .addOption(new Option('-a, --app <folder>', 'cloud assembly, such as cdk.out: tells the bucket, and shows functions that never ran with 0 %'))
    .addOption(new Option('--all-builds', 'keep builds that are not deployed any more, each by itself, instead of leaving them out'))
    .addHelpText('after', `
Examples:
  $ lambda-coverage report --app cdk.out
  $ lambda-coverage report s3://my-coverage-bucket
  $ lambda-coverage report s3://my-coverage-bucket --app cdk.out --format html,lcov
  $ lambda-coverage report ./downloaded --output build/coverage

Exit codes: 0 the reports are written, 1 they could not be, 2 wrong usage.
An object that cannot be read is named on standard error; the rest is combined.
`)
    .action(async (from: CoverageLocation | undefined, options: ReportOptions, command: Command) => {
      if (from === undefined && options.app === undefined) {
        command.error("error: missing required argument 'from'; name a bucket or a folder, or the cloud assembly with --app");
      }
      const assembly = options.app === undefined ? undefined : readCloudAssembly(options.app);
      const store = from === undefined ? await openLocationsOf(assembly!) : openLocation(from);
      const combined = await combine(store, { assembly, repository: new Repository(process.cwd()), allBuilds: options.allBuilds });
      for (const line of combined.errors.slice(0, MAX_LINES)) {
        console.error(`warning: ${printable(line)}`);
      }
      if (combined.errors.length > MAX_LINES) {
        console.error(`warning: and ${combined.errors.length - MAX_LINES} more`);
      }
      const nothing = nothingToReport(combined);
      if (nothing !== undefined) {
        throw new Error(`${store.location}: ${printable(nothing)}`);
      }
      const files = writeReports(combined, { folder: options.output, formats: options.format });
      const newest = combined.builds.flatMap((build) => build.newest ?? []).sort().at(-1);
      console.log([
        `${combined.filesProcessed} objects of ${combined.lambdaFunctions.length} functions`,
        ...(combined.filesSkipped > 0 ? [`${combined.filesSkipped} skipped`] : []),
        ...(from === undefined ? [`from ${store.location}`] : []),
        ...(newest === undefined ? [] : [`the newest of ${newest}`]),
      ].join(', '));
      files.forEach((file) => console.log(resolve(join(options.output, file))));
    });
}

/** Names and reasons come from objects that others wrote: nothing of them may move a terminal's cursor. */
function printable(line: string): string {
  return line.replace(/\p{Cc}/gu, '\u{fffd}');
}

function parseFormats(value: string): ReportFormatName[] {
  const names = [...new Set(value.split(',').map((name) => name.trim()))];
  const unknown = names.find((name) => !isReportFormat(name));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`format '${unknown}' is none of ${REPORT_FORMATS.join(', ')}.`);
  }
  return names as ReportFormatName[];
}
