import { dirname, resolve } from 'node:path';
import { Argument, Option, type Command } from 'commander';
import { addAwsOptions, applyAwsOptions, type AwsOptions } from './aws-options';
import { openLocation, openLocationsOf, parseLocation, type CoverageLocation } from './coverage-location';
import { parseDuration } from './durations';
import { RepeatedOption } from './repeated';
import { addSelectionOptions, selectionOf, type SelectionOptions } from './selection-options';
import { readCloudAssembly } from '../../combiner/cloud-assembly/cloud-assembly';
import { combine, nothingToReport, type CombinedStore } from '../../combiner/combine';
import { coverageParts, type PartOfCoverage } from '../../combiner/coverage-parts';
import { inRepository } from '../../combiner/in-repository';
import type { ContentFinder } from '../../combiner/kept-content';
import { SAME_PART } from '../../combiner/merging/merged-metadata';
import { Selector } from '../../combiner/reading/selection';
import { chosenFiles } from '../../combiner/report/chosen-files';
import { Repository } from '../../combiner/repository';
import type { CoverageStore } from '../../combiner/stores/store';
import { joinUnitCoverage, type Origins } from '../../combiner/unit/join-unit-coverage';
import { readUnitCoverage } from '../../combiner/unit/unit-coverage';
import { waitForQuiet } from '../quiet-period';
import { printable } from '../terminal/printable';
import { Progress } from '../terminal/progress';

/** What says which coverage is read, and how files are named. */
export interface CoverageOptions extends AwsOptions, SelectionOptions {
  readonly app?: string;
  readonly allBuilds?: boolean;
  readonly unit?: readonly string[];
  readonly root: string;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /** In milliseconds; true for the default. */
  readonly wait?: number | true;
  /** In milliseconds. */
  readonly waitTimeout: number;
}

/** Coverage that was read as the options ask for it. */
export interface AskedCoverage extends CombinedStore {
  readonly origins?: Origins;
  /** Where they were asked for. */
  readonly parts?: readonly PartOfCoverage[];
  readonly store: CoverageStore;
}

const DEFAULT_QUIET = 30_000;
const DEFAULT_LONGEST = 600_000;

export function fromArgument(): Argument {
  return new Argument('[from]', 's3://bucket, s3://bucket/prefix/ or a folder; with --app, the buckets that the app names, unless given').argParser(parseLocation);
}

export function addCoverageOptions(command: Command): Command {
  command
    .addOption(new Option('-a, --app <folder>', 'cloud assembly, such as cdk.out: tells the bucket, and shows functions that never ran with 0 %'))
    .addOption(new RepeatedOption('-u, --unit <path>', "coverage of unit tests, to be joined: Istanbul's JSON, V8's JSON (a folder of NODE_V8_COVERAGE, coverage/tmp of c8) or lcov"))
    .addOption(new Option('--root <folder>', 'the repository, which paths are relative to').default('.'))
    .addOption(new RepeatedOption('--include <glob>', 'files of interest, such as src/**; all of them unless it is given'))
    .addOption(new RepeatedOption('--exclude <glob>', 'files of no interest'))
    .addOption(new Option('--all-builds', 'keep builds that are not deployed any more, each by itself, instead of leaving them out'))
    .addOption(new Option('--wait [duration]', `wait until nothing new has come for a while, ${DEFAULT_QUIET / 1_000}s unless given`).argParser(parseDuration))
    .addOption(new Option('--wait-timeout <duration>', 'how long to wait for that').argParser(parseDuration).default(DEFAULT_LONGEST, '10m'));
  return addAwsOptions(addSelectionOptions(command));
}

/**
 * Reads, combines and joins what is asked for.
 *
 * @param withParts whether functions, runs and phases are told apart
 * @throws Error if there is nothing to report, or something cannot be used
 */
export async function readCoverage(
  from: CoverageLocation | undefined, options: CoverageOptions, command: Command, { withParts = false }: { withParts?: boolean } = {},
): Promise<AskedCoverage> {
  if (from === undefined && options.app === undefined) {
    command.error("error: missing required argument 'from'; name a bucket or a folder, or the cloud assembly with --app");
  }
  applyAwsOptions(options);
  const assembly = options.app === undefined ? undefined : readCloudAssembly(options.app);
  const store = from === undefined ? await openLocationsOf(assembly!) : openLocation(from);
  const repository = openRepository(options.root);
  const units = await Promise.all((options.unit ?? []).map((path) => readUnitCoverage(path, repository)));
  const selection = selectionOf(options);
  if (options.wait !== undefined) {
    const quiet = options.wait === true ? DEFAULT_QUIET : options.wait;
    console.error(await waitForQuiet(store, new Selector(selection ?? {}), { quiet, longest: options.waitTimeout }));
  }
  const progress = new Progress('Reading');
  const onProgress = (done: number, total: number) => progress.show(done, total);
  const alike = withParts ? SAME_PART : undefined;
  const { allBuilds } = options;
  const combined = await combine(store, { assembly, repository, allBuilds, selection, onProgress, alike }).finally(() => progress.end());
  const folders = [process.cwd(), ...(options.app === undefined ? [] : [dirname(resolve(options.app))])];
  const lambda = inRepository(combined, repository, folders);
  const sources: ContentFinder = async (sha256) => store.source(sha256);
  const parts = withParts ? await coverageParts(lambda.merged, lambda, sources, { assembly, repository }) : undefined;
  const joined: CombinedStore & { readonly origins?: Origins } = units.length === 0 ? lambda : joinUnitCoverage(lambda, units, repository);
  const nothing = nothingToReport(joined);
  if (nothing !== undefined) {
    throw new NothingToReport(`${store.location}: ${printable(nothing)}`, joined.errors);
  }
  const { include = [], exclude = [] } = options;
  const chosen = chosenFiles(joined, { include, exclude });
  const files = joined.coverage.files();
  if (chosen.coverage.files().length === 0 && files.length > 0) {
    throw new Error(`--include and --exclude leave none of ${files.length} files, such as '${printable(files[0]!)}'`);
  }
  return { ...chosen, store, ...(parts && { parts }) };
}

/** Objects were there, but nothing can be reported of them. */
export class NothingToReport extends Error {
  public constructor(message: string, public readonly warnings: readonly string[]) {
    super(message);
  }
}

function openRepository(folder: string): Repository {
  try {
    return new Repository(folder);
  } catch (error) {
    throw new Error(`the folder '${folder}' of --root cannot be used: ${(error as Error).message}`);
  }
}
