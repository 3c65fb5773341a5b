import { Command, Option } from 'commander';
import { compactCoverageFiles } from '../../combiner/api/compact-coverage-files';
import { addAwsOptions, applyAwsOptions, type AwsOptions } from '../options/aws-options';
import { bucketArgument, type BucketLocation } from '../options/coverage-location';
import { printWarnings } from '../terminal/printable';

export function compactCommand(): Command {
  const command = new Command('compact')
    .description('Replace the objects of days that are over by few that say the same; removes what they replace')
    .addArgument(bucketArgument());
  return addAwsOptions(command)
    .addOption(new Option('--json', 'print the result as JSON'))
    .addHelpText('after', `
Examples:
  $ lambda-coverage compact s3://my-coverage-bucket
`)
    .action(async ({ bucket, prefix }: BucketLocation, { json, ...aws }: AwsOptions & { json?: boolean }) => {
      applyAwsOptions(aws);
      const result = await compactCoverageFiles(bucket, prefix);
      if (json) {
        console.log(JSON.stringify(result, undefined, 2));
        return;
      }
      printWarnings(result.errors);
      console.log(`${result.files_replaced} objects were replaced by ${result.files_written}`);
    });
}
