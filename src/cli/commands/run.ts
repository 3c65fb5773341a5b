import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { Command } from 'commander';
import { addReportOptions, writeReport, type ReportOptions } from './report';
import type { CoverageLocation } from '../options/coverage-location';
import { fromArgument } from '../options/coverage-options';

/** So long nothing new has to come after the command, in milliseconds: functions upload after they have answered. */
const DEFAULT_QUIET = 15_000;

/** @param testCommand what stands behind `--` on the command line */
export function runCommand(testCommand: readonly string[] | undefined): Command {
  const command = new Command('run')
    .description('Run a command, such as integration tests, and report what was covered while it ran')
    .usage('[options] [from] -- <command...>')
    .addArgument(fromArgument());
  return addReportOptions(command)
    .addHelpText('after', `
Examples:
  $ lambda-coverage run --app cdk.out -- npm run test:e2e
  $ lambda-coverage run s3://my-coverage-bucket --format lcov --wait 1m -- pytest tests/integration

It reports what was taken since the command began, after nothing new has come for ${DEFAULT_QUIET / 1_000}s, or as --wait says. Others who use the same functions at
that time are in it, too: to tell runs apart, give functions a COVERAGE_RUN_ID and use report --run.

Exit codes: that of the command, where it is not 0; else those of report.
`)
    .action(async (from: CoverageLocation | undefined, options: ReportOptions) => {
      if (!testCommand || testCommand.length === 0) {
        command.error("error: no command to run; put it behind '--', as in lambda-coverage run --app cdk.out -- npm run test:e2e");
      }
      const since = new Date();
      const exitCode = await exitCodeOf(testCommand!);
      await writeReport(from, { ...options, since: options.since ?? since, wait: options.wait ?? DEFAULT_QUIET }, command);
      process.exitCode = exitCode === 0 ? process.exitCode : exitCode;
    });
}

/** @throws Error if it cannot be started */
async function exitCodeOf([command, ...args]: readonly string[]): Promise<number> {
  const child = spawn(command!, args, { stdio: 'inherit', shell: process.platform === 'win32' });
  // what the terminal interrupts is the command; this process reports what it has reached
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  try {
    const [code, signal] = await once(child, 'exit') as [number | null, NodeJS.Signals | null];
    return code ?? 128 + constants.signals[signal!];
  } catch (error) {
    throw new Error(`'${command}' cannot be run: ${(error as Error).message}`);
  } finally {
    process.off('SIGINT', ignore);
  }
}
