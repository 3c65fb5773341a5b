import { Command, CommanderError } from 'commander';
import { reportCommand } from './report-command';

/** Set when the command line is bundled. */
declare const PACKAGE_VERSION: string;

/** What CI reads: 1 for a job that could not be done, 2 for a command that makes no sense. */
const FAILED = 1;
const WRONG_USAGE = 2;

async function main(): Promise<void> {
  // The SDK warns on Node.js 20 about its own releases to come; the one in this bundle is pinned, so its users can do nothing about it.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const program = new Command('lambda-coverage')
    .description('Code coverage of deployed AWS Lambda functions')
    .version(PACKAGE_VERSION)
    .showHelpAfterError('(run with --help for the options)')
    .exitOverride()
    .addCommand(reportCommand());
  program.commands.forEach((command) => command.exitOverride().showHelpAfterError('(run with --help for the options)'));
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : WRONG_USAGE;
    } else {
      console.error(`lambda-coverage: ${(error as Error).message}`);
      process.exitCode = FAILED;
    }
  }
}

void main();
