import { Command, Option } from 'commander';
import { combineCoverageFiles } from '../../combiner/api/combine-coverage-files';
import { addAwsOptions, applyAwsOptions, type AwsOptions } from '../options/aws-options';
import { bucketArgument, type BucketLocation } from '../options/coverage-location';
import { printWarnings } from '../terminal/printable';

interface CombineOptions extends AwsOptions {
  readonly key?: string;
  readonly app?: string;
  readonly allBuilds?: boolean;
  readonly json?: boolean;
}

export function combineCommand(): Command {
  const command = new Command('combine')
    .description("Combine a bucket's coverage into one Istanbul coverage map, in the bucket")
    .addArgument(bucketArgument())
    .addOption(new Option('-k, --key <key>', 'key of the result; by default combined/coverage-final.json below the prefix'))
    .addOption(new Option('-a, --app <folder>', 'cloud assembly, such as cdk.out: what never ran is there with 0'))
    .addOption(new Option('--all-builds', 'keep builds that are not deployed any more, each by itself'));
  return addAwsOptions(command)
    .addOption(new Option('--json', 'print the result as JSON'))
    .addHelpText('after', `
Examples:
  $ lambda-coverage combine s3://my-coverage-bucket
  $ lambda-coverage combine s3://my-coverage-bucket/coverage/2026/01/31/ --json
`)
    .action(async ({ bucket, prefix }: BucketLocation, { key, app, allBuilds, json, ...aws }: CombineOptions) => {
      applyAwsOptions(aws);
      const options = { ...(app !== undefined && { app }), ...(allBuilds !== undefined && { allBuilds }) };
      const result = await combineCoverageFiles(bucket, prefix, key, options);
      if (json) {
        console.log(JSON.stringify(result, undefined, 2));
        return;
      }
      printWarnings(result.errors);
      const { files_processed: processed, files_skipped: skipped, combined_coverage: coverage, output_location: location } = result;
      console.log(`${processed} objects, ${skipped} skipped: ${coverage} % of statements and branches, in ${location}`);
    });
}
