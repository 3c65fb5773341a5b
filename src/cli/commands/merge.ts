import { copyFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { mergeCoverageData } from '../../combiner/api/merge-coverage-data';

export function mergeCommand(): Command {
  return new Command('merge')
    .description('Merge coverage files into one that says the same')
    .argument('<files...>', 'coverage files, such as download copies')
    .addOption(new Option('-o, --output <file>', 'the merged file').default('merged.coverage'))
    .addOption(new Option('--json', 'print the result as JSON'))
    .addHelpText('after', `
Examples:
  $ lambda-coverage merge copy/coverage/2026/01/31/*.coverage --output day.coverage
`)
    .action(async (files: string[], { output, json }: { output: string; json?: boolean }) => {
      copyFileSync(await mergeCoverageData(files), output);
      console.log(json ? JSON.stringify({ files_merged: files.length, output_location: resolve(output) }, undefined, 2) : `${files.length} files in ${resolve(output)}`);
    });
}
