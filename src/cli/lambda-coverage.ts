import './colours'; // before anything that looks for colours
import { Command, CommanderError, Option } from 'commander';
import { checkCommand } from './commands/check';
import { combineCommand } from './commands/combine';
import { compactCommand } from './commands/compact';
import { doctorCommand } from './commands/doctor';
import { downloadCommand } from './commands/download';
import { lsCommand } from './commands/ls';
import { mergeCommand } from './commands/merge';
import { reportCommand } from './commands/report';
import { runCommand } from './commands/run';
import { completeCommand } from './completion';
import { configure, readConfiguration } from './configuration/configuration';
import { NothingToReport } from './options/coverage-options';
import { printWarnings } from './terminal/printable';

/** Set when the command line is bundled. */
declare const PACKAGE_VERSION: string;

/** What CI reads: 1 for a job that could not be done, 2 for a command that makes no sense; see the commands for others. */
const FAILED = 1;
const WRONG_USAGE = 2;

const HINT = '(run with --help for the options)';

/** Whoever reads the output, such as `head`, may have had enough. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') {
    throw error;
  }
  process.exit(process.exitCode ?? 0);
}

async function main(): Promise<void> {
  process.stdout.on('error', endWithReader);
  // The SDK warns on Node.js 20 about its own releases to come; the one in this bundle is pinned, so its users can do nothing about it.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const { own, behind } = splitArguments(process.argv);
  const commands = [
    reportCommand(), checkCommand(), runCommand(behind), lsCommand(), doctorCommand(),
    combineCommand(), downloadCommand(), mergeCommand(), compactCommand(),
  ];
  const program = new Command('lambda-coverage')
    .description('Code coverage of deployed AWS Lambda functions')
    .version(PACKAGE_VERSION)
    .showHelpAfterError(HINT)
    .exitOverride()
    .addHelpText('after', '\nOptions may be set in a configuration file, such as .lambda-coveragerc.json, or in package.json.\n');
  for (const command of commands) {
    command.addOption(new Option('--config <file>', 'configuration file, instead of the first that is found'));
    program.addCommand(command.exitOverride().showHelpAfterError(HINT));
  }
  program.hook('preAction', async (_, command) => {
    const configuration = await readConfiguration(command.opts<{ config?: string }>().config);
    if (configuration) {
      configure(command, configuration, commands);
    }
  });
  program.addCommand(completeCommand(program, behind).exitOverride().showHelpAfterError(HINT));
  try {
    await program.parseAsync(own);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : WRONG_USAGE;
    } else {
      printWarnings(error instanceof NothingToReport ? error.warnings : []);
      console.error(`lambda-coverage: ${(error as Error).message}`);
      process.exitCode = FAILED;
    }
  }
}

/** What `run` runs and `complete` is asked stands behind `--`; other commands have arguments there as anywhere. */
function splitArguments(argv: readonly string[]): { own: string[]; behind: string[] | undefined } {
  const at = argv.indexOf('--');
  return ['run', 'complete'].includes(argv[2] ?? '') && at >= 0 ? { own: argv.slice(0, at), behind: argv.slice(at + 1) } : { own: [...argv], behind: undefined };
}

void main();
