import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { createCoverageMap, type CoverageMap, type CoverageMapData } from 'istanbul-lib-coverage';
import { changedLines, coverageOfChanges, type ChangedCoverage } from '../../combiner/check/changed-lines';
import { matchingFunctions } from '../../combiner/check/lambda-functions';
import { checkOf, checksOf, checkThresholds, type Check, type Limits, type Thresholds } from '../../combiner/check/thresholds';
import { coverageByFunction } from '../../combiner/coverage-by-function';
import { chosenFiles } from '../../combiner/report/chosen-files';
import { githubAnnotations } from '../../combiner/report/github-annotations';
import { lineRanges, rangesText } from '../../combiner/report/line-ranges';
import { configurationOf } from '../configuration/configuration';
import { coverageJson } from '../coverage-json';
import type { CoverageLocation } from '../options/coverage-location';
import { addCoverageOptions, fromArgument, readCoverage, type AskedCoverage, type CoverageOptions } from '../options/coverage-options';
import { parsePercentage } from '../options/percentages';
import { printable, printWarnings } from '../terminal/printable';

interface CheckOptions extends CoverageOptions, Limits {
  readonly perFile?: boolean;
  readonly diff?: string;
  readonly changedLines?: number;
  readonly json?: boolean;
}

/** Of a command that worked, and found less coverage than was asked for. */
export const BELOW_THRESHOLDS = 3;

export function checkCommand(): Command {
  const command = new Command('check').description('Fail where less is covered than thresholds ask for').addArgument(fromArgument());
  for (const metric of ['statements', 'branches', 'functions', 'lines']) {
    command.addOption(new Option(`--${metric} <percent>`, `how many ${metric} have to be covered, 0 to 100`).argParser(parsePercentage));
  }
  command
    .addOption(new Option('--per-file', 'each file has to reach them by itself'))
    .addOption(new Option('--diff <range>', 'changed lines have to be covered: since a commit or branch, or of a range such as origin/main...HEAD'))
    .addOption(new Option('--changed-lines <percent>', 'how many of these; 100 unless given').argParser(parsePercentage));
  return addCoverageOptions(command)
    .addOption(new Option('--json', 'print the result as JSON'))
    .addHelpText('after', `
Examples:
  $ lambda-coverage check --app cdk.out --lines 80 --branches 70
  $ lambda-coverage check coverage --lines 80 --per-file
  $ lambda-coverage check --app cdk.out --unit coverage/coverage-final.json --diff origin/main

A folder that a report was written to is checked as it is. Thresholds of files and of functions are in the configuration: see
docs/command-line.md of the package.

Exit codes: 0 all thresholds are reached, 1 it could not be told, 2 wrong usage, 3 a threshold is not reached.
`)
    .action(async (from: CoverageLocation | undefined, options: CheckOptions) => {
      const started = Date.now();
      const thresholds = thresholdsOf(options, configurationOf(command)?.thresholds);
      if (Object.keys(thresholds).every((key) => key === 'perFile') && options.diff === undefined) {
        command.error('error: no threshold is given; give one, such as --lines 80 or --diff origin/main, or set them in the configuration');
      }
      const written = from && 'folder' in from ? writtenReport(from.folder) : undefined;
      const asked = written ? undefined : await readCoverage(from, options, command);
      const coverage = written ? chosenFiles({ coverage: written, texts: new Map(), builds: [] }, patternsOf(options)).coverage : asked!.coverage;
      printWarnings(asked?.errors ?? []);
      const checks = checkThresholds(coverage, thresholds);
      checks.push(...await ofLambdaFunctions(thresholds.lambdaFunctions, asked));
      const changes = options.diff === undefined ? undefined : coverageOfChanges(coverage, changedLines(options.diff, resolve(options.root)));
      if (changes) {
        checks.push(checkOf(`lines that changed since ${options.diff}`, changes, thresholds.changedLines ?? 100));
      }
      print(checks, changes, { options, coverage: asked, started });
      if (checks.some(({ passed }) => !passed)) {
        process.exitCode = BELOW_THRESHOLDS;
      }
    });
}

function patternsOf({ include = [], exclude = [] }: CheckOptions) {
  return { include, exclude };
}

function thresholdsOf(options: CheckOptions, configured: Thresholds | undefined): Thresholds {
  const { statements, branches, functions, lines, perFile } = options;
  const given = { statements, branches, functions, lines, perFile, changedLines: options.changedLines };
  return { ...configured, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
}

/** The coverage map that `report` wrote into a folder. */
function writtenReport(folder: string): CoverageMap | undefined {
  const file = join(folder, 'coverage-final.json');
  if (!existsSync(folder) || !statSync(folder).isDirectory() || !existsSync(file)) {
    return undefined;
  }
  try {
    return createCoverageMap(JSON.parse(readFileSync(file, 'utf8')) as CoverageMapData);
  } catch (error) {
    throw new Error(`the report '${file}' cannot be read: ${(error as Error).message}`);
  }
}

async function ofLambdaFunctions(limits: Thresholds['lambdaFunctions'], asked: AskedCoverage | undefined): Promise<Check[]> {
  if (!limits || Object.keys(limits).length === 0) {
    return [];
  }
  if (!asked) {
    throw new Error('thresholds of Lambda functions need the raw coverage: check the bucket or --app instead of a folder with a report');
  }
  const wanted = matchingFunctions(limits, asked.lambdaFunctions);
  const checks: Check[] = [];
  for await (const { lambdaFunction, coverage } of coverageByFunction(asked.merged, asked, (sha256) => asked.store.source(sha256))) {
    checks.push(...(wanted.get(lambdaFunction) ?? []).flatMap((limit) => checksOf(`function ${lambdaFunction}`, coverage.getCoverageSummary(), limit)));
  }
  return checks;
}

function print(
  checks: readonly Check[], changes: ChangedCoverage | undefined,
  { options, coverage, started }: { options: CheckOptions; coverage: AskedCoverage | undefined; started: number },
): void {
  const uncovered = (changes?.uncovered ?? []).flatMap(({ path, lines }) => lineRanges(lines).map(([first, last]) => ({ path, first, last })));
  if (options.json) {
    const passed = checks.every((check) => check.passed);
    const result = coverage && coverageJson(coverage, { location: coverage.store.location, started });
    console.log(JSON.stringify({ passed, checks, ...(changes && { uncovered_changes: changes.uncovered }), ...result }, undefined, 2));
    return;
  }
  for (const { what, percentage, covered, total, limit, passed } of checks) {
    console.log(`${passed ? 'ok    ' : 'FAILED'} ${printable(what)}: ${percentage} % (${covered} of ${total}), ${passed ? 'at least' : 'less than'} ${limit} %`);
  }
  changes?.uncovered.forEach(({ path, lines }) => console.log(`         ${printable(path)}: ${rangesText(lineRanges(lines))}`));
  if (process.env.GITHUB_ACTIONS === 'true' && checks.some(({ passed }) => !passed)) {
    const annotations = uncovered.map((place) => ({ ...place, title: 'Not covered', message: 'No unit test and no invocation of a deployed function reached this change.' }));
    githubAnnotations(annotations, 'error').forEach((line) => console.log(line));
  }
}
