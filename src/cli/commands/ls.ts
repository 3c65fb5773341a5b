import { Command, Option } from 'commander';
import { readCloudAssembly } from '../../combiner/cloud-assembly/cloud-assembly';
import { readObjects } from '../../combiner/reading/read-objects';
import { Selector } from '../../combiner/reading/selection';
import type { CoverageStore } from '../../combiner/stores/store';
import { parseRawCoverageKey } from '../../contract/object-keys';
import { addAwsOptions, applyAwsOptions, type AwsOptions } from '../options/aws-options';
import { openLocation, openLocationsOf, type CoverageLocation } from '../options/coverage-location';
import { fromArgument } from '../options/coverage-options';
import { addSelectionOptions, selectionOf, type SelectionOptions } from '../options/selection-options';
import { printable, printWarnings } from '../terminal/printable';
import { Progress } from '../terminal/progress';
import { table } from '../terminal/table';

interface ListOptions extends AwsOptions, SelectionOptions {
  readonly app?: string;
  readonly runs?: boolean;
  readonly json?: boolean;
}

/** Objects of one function, or of one function in one run. */
interface Listed {
  readonly function: string;
  readonly run?: string;
  objects: number;
  /** Of the earliest and the latest of them: UTC days, or times in ISO 8601 where the objects were read. */
  first: string;
  last: string;
}

export function lsCommand(): Command {
  const command = new Command('ls')
    .description('List which functions have coverage, how much and of when')
    .addArgument(fromArgument())
    .addOption(new Option('-a, --app <folder>', 'cloud assembly, such as cdk.out: tells the bucket'))
    .addOption(new Option('--runs', 'by runs as well, which takes to read all objects'));
  return addAwsOptions(addSelectionOptions(command))
    .addOption(new Option('--json', 'print the list as JSON'))
    .addHelpText('after', `
Examples:
  $ lambda-coverage ls s3://my-coverage-bucket
  $ lambda-coverage ls --app cdk.out --since 7d --runs
`)
    .action(async (from: CoverageLocation | undefined, options: ListOptions) => {
      if (from === undefined && options.app === undefined) {
        command.error("error: missing required argument 'from'; name a bucket or a folder, or the cloud assembly with --app");
      }
      applyAwsOptions(options);
      const store = from === undefined ? await openLocationsOf(readCloudAssembly(options.app!)) : openLocation(from);
      const needsContent = options.runs ?? [options.run, options.phase].some((one) => one !== undefined);
      const listed = needsContent ? await byContent(store, options) : await byKeys(store, options);
      if (options.json) {
        console.log(JSON.stringify(listed, undefined, 2));
      } else if (listed.length === 0) {
        throw new Error(`no coverage in ${store.location}: no object ending in .coverage is there, or none that is asked for`);
      } else {
        const withRun = options.runs === true;
        console.log(table(
          ['FUNCTION', ...(withRun ? ['RUN'] : []), 'OBJECTS', 'FIRST', 'LAST'],
          listed.map((one) => [printable(one.function), ...(withRun ? [printable(one.run ?? '')] : []), one.objects, one.first, one.last]),
        ));
      }
    });
}

async function byKeys(store: CoverageStore, options: ListOptions): Promise<Listed[]> {
  const selector = new Selector(selectionOf(options) ?? {});
  const list = new Listing();
  for await (const key of store.rawKeys()) {
    const parsed = parseRawCoverageKey(key);
    if (parsed && selector.mayHold(key)) {
      list.add(parsed.functionName, undefined, parsed.day);
    }
  }
  return list.sorted();
}

async function byContent(store: CoverageStore, options: ListOptions): Promise<Listed[]> {
  const list = new Listing();
  const selection = selectionOf(options);
  const progress = new Progress('Reading');
  const { errors } = await readObjects(store, (raws) => {
    raws.forEach(({ metadata: { functionName, runId, timestamp } }) => list.add(functionName, options.runs ? runId : undefined, timestamp));
  }, { ...(selection && { selection }), onProgress: (done, total) => progress.show(done, total) }).finally(() => progress.end());
  printWarnings(errors);
  return list.sorted();
}

class Listing {
  private readonly all = new Map<string, Listed>();

  public add(functionName: string, run: string | undefined, time: string): void {
    const key = JSON.stringify([functionName, run]);
    const one = this.all.get(key);
    if (one) {
      one.objects++;
      one.first = time < one.first ? time : one.first;
      one.last = time > one.last ? time : one.last;
    } else {
      this.all.set(key, { function: functionName, ...(run !== undefined && { run }), objects: 1, first: time, last: time });
    }
  }

  public sorted(): Listed[] {
    return [...this.all.keys()].sort().map((key) => this.all.get(key)!);
  }
}
