import { dirname, join, resolve } from 'node:path';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { openLocation, openLocationsOf, parseLocation, type CoverageLocation } from './coverage-location';
import { readCloudAssembly } from '../combiner/cloud-assembly/cloud-assembly';
import { combine, nothingToReport } from '../combiner/combine';
import { inRepository } from '../combiner/in-repository';
import { chosenFiles } from '../combiner/report/chosen-files';
import { writeReports, type Reported } from '../combiner/report/write-reports';
import { Repository } from '../combiner/repository';
import { joinUnitCoverage } from '../combiner/unit/join-unit-coverage';
import { readUnitCoverage } from '../combiner/unit/unit-coverage';
import { DEFAULT_REPORT_FORMATS, isReportFormat, REPORT_FORMATS, type ReportFormatName } from '../contract/report-formats';

interface ReportOptions {
  readonly output: string;
  readonly format: readonly ReportFormatName[];
  readonly app?: string;
  readonly allBuilds?: boolean;
  readonly unit: readonly string[];
  readonly root: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** So many lines about what was left out are printed one by one. */
const MAX_LINES = 50;

export function reportCommand(): Command {
  return new Command('report')
    .description('Combine the coverage that functions uploaded, and write reports')
    .addArgument(new Argument('[from]', 's3://bucket, s3://bucket/prefix/ or a folder; with --app, the buckets that the app names, unless given').argParser(parseLocation))
    .addOption(new Option('-o, --output <folder>', 'folder for the reports').default('coverage'))
    .addOption(new Option('-f, --format <names>', `comma-separated formats: ${REPORT_FORMATS.join(', ')}`)
      .argParser(parseFormats).default(DEFAULT_REPORT_FORMATS, DEFAULT_REPORT_FORMATS.join(',')))
    .addOption(new Option('-a, --app <folder>', 'cloud assembly, such as cdk.out: tells the bucket, and shows functions that never ran with 0 %'))
    .addOption(new Option('--all-builds', 'keep builds that are not deployed any more, each by itself, instead of leaving them out'))
    .addOption(repeated('-u, --unit <path>', "coverage of unit tests, to be joined: Istanbul's JSON, V8's JSON (a folder of NODE_V8_COVERAGE, coverage/tmp of c8) or lcov"))
    .addOption(repeated('--include <glob>', 'files to report, such as src/**; all of them unless it is given'))
    .addOption(repeated('--exclude <glob>', 'files not to report'))
    .addOption(new Option('--root <folder>', 'the repository, which paths are relative to').default('.'))
    .addHelpText('after', `
Examples:
  $ lambda-coverage report --app cdk.out
  $ lambda-coverage report s3://my-coverage-bucket
  $ lambda-coverage report s3://my-coverage-bucket --app cdk.out --format html,lcov
  $ lambda-coverage report ./downloaded --output build/coverage
  $ lambda-coverage report --app cdk.out --unit coverage/coverage-final.json

Exit codes: 0 the reports are written, 1 they could not be, 2 wrong usage.
An object that cannot be read is named on standard error; the rest is combined.
`)
    .action(async (from: CoverageLocation | undefined, options: ReportOptions, command: Command) => {
      if (from === undefined && options.app === undefined) {
        command.error("error: missing required argument 'from'; name a bucket or a folder, or the cloud assembly with --app");
      }
      const assembly = options.app === undefined ? undefined : readCloudAssembly(options.app);
      const store = from === undefined ? await openLocationsOf(assembly!) : openLocation(from);
      const repository = openRepository(options.root);
      const lambda = inRepository(await combine(store, { assembly, repository, allBuilds: options.allBuilds }), repository, [
        process.cwd(), ...(options.app === undefined ? [] : [dirname(resolve(options.app))]),
      ]);
      const units = await Promise.all(options.unit.map((path) => readUnitCoverage(path, repository)));
      const joined = units.length === 0 ? lambda : joinUnitCoverage(lambda, units, repository);
      const combined = chosenFiles<typeof joined & Reported>(joined, options);
      if (combined.coverage.files().length === 0 && joined.coverage.files().length > 0) {
        throw new Error(`--include and --exclude leave none of ${joined.coverage.files().length} files, such as '${printable(joined.coverage.files()[0]!)}'`);
      }
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

/** An option that may be given several times. */
function repeated(flags: string, description: string): Option {
  return new Option(flags, `${description}; may be given several times`).argParser((value: string, before: readonly string[]) => [...before, value]).default([], 'none');
}

function openRepository(folder: string): Repository {
  try {
    return new Repository(folder);
  } catch (error) {
    throw new Error(`the folder '${folder}' of --root cannot be used: ${(error as Error).message}`);
  }
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
