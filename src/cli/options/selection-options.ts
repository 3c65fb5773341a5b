import { Option, type Command } from 'commander';
import { parseTime } from './durations';
import { RepeatedOption } from './repeated';
import type { Selection } from '../../combiner/reading/selection';

export interface SelectionOptions {
  readonly since?: Date;
  readonly until?: Date;
  readonly function?: readonly string[];
  readonly run?: readonly string[];
  readonly phase?: 'init' | 'invocation';
}

export function addSelectionOptions(command: Command): Command {
  return command
    .addOption(new Option('--since <time>', 'coverage taken then or later: 2026-01-31, 2026-01-31T12:00:00Z, or before now, such as 2h or 7d').argParser(parseTime))
    .addOption(new Option('--until <time>', 'coverage taken before').argParser(parseTime))
    .addOption(new RepeatedOption('--function <name>', 'coverage of a Lambda function, by its name or a glob of it'))
    .addOption(new RepeatedOption('--run <id>', 'coverage of a run, by the COVERAGE_RUN_ID that functions had, or a glob of it'))
    .addOption(new Option('--phase <name>', 'coverage of starting up, or of invocations').choices(['init', 'invocation']));
}

/** @returns nothing where all is wanted */
export function selectionOf({ since, until, function: functions, run: runs, phase }: SelectionOptions): Selection | undefined {
  return [since, until, functions, runs, phase].every((one) => one === undefined) ? undefined : { since, until, functions, runs, phase };
}
