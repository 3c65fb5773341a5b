import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { download } from '../../combiner/download';
import { Selector } from '../../combiner/reading/selection';
import { S3Store } from '../../combiner/stores/s3-store';
import { addAwsOptions, applyAwsOptions, type AwsOptions } from '../options/aws-options';
import { bucketArgument, type BucketLocation } from '../options/coverage-location';
import { parseTime } from '../options/durations';
import { RepeatedOption } from '../options/repeated';
import { Progress } from '../terminal/progress';

interface DownloadOptions extends AwsOptions {
  readonly output: string;
  readonly since?: Date;
  readonly until?: Date;
  readonly function?: readonly string[];
  readonly json?: boolean;
}

export function downloadCommand(): Command {
  const command = new Command('download')
    .description('Copy coverage, and the sources that a report of it needs, from a bucket into a folder')
    .addArgument(bucketArgument())
    .addOption(new Option('-o, --output <folder>', 'folder for the copy').default('lambda-coverage'))
    .addOption(new Option('--since <time>', 'coverage of that UTC day or later: 2026-01-31, or before now, such as 7d').argParser(parseTime))
    .addOption(new Option('--until <time>', 'coverage of that UTC day or earlier').argParser(parseTime))
    .addOption(new RepeatedOption('--function <name>', 'coverage of a Lambda function, by its name or a glob of it'));
  return addAwsOptions(command)
    .addOption(new Option('--json', 'print the result as JSON'))
    .addHelpText('after', `
Examples:
  $ lambda-coverage download s3://my-coverage-bucket --output copy
  $ lambda-coverage report copy
`)
    .action(async ({ bucket, prefix }: BucketLocation, options: DownloadOptions) => {
      applyAwsOptions(options);
      const store = new S3Store(bucket, prefix);
      const { since, until, function: functions } = options;
      const progress = new Progress('Downloading');
      const files = await download(store, options.output, new Selector({ since, until, functions }), (done) => progress.show(done, done))
        .finally(() => progress.end());
      if (files.length === 0) {
        throw new Error(`no coverage in ${store.location} is of the time and the functions that are asked for`);
      }
      console.log(options.json
        ? JSON.stringify({ folder: resolve(options.output), files: files.map((file) => resolve(file)) }, undefined, 2)
        : `${files.length} objects from ${store.location} in ${resolve(options.output)}`);
    });
}
