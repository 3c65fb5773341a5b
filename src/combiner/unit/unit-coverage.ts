import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import picomatch from 'picomatch';
import { coveragePyDataFiles, coveragePyFiles, isCoveragePyData, isCoveragePyJson } from './coverage-py';
import { DEFAULT_EXCLUDE } from './default-exclude';
import { isIstanbulJson, istanbulFiles } from './istanbul-json';
import { isLcov, lcovFiles } from './lcov';
import type { ToldFile } from './told-coverage';
import { isV8Json, V8Coverage, type V8Json } from './v8-json';
import { isVendored } from '../../conversion/original-path';
import { OriginalSources } from '../../conversion/original-sources';
import type { Repository } from '../repository';

/** What a tool that runs unit tests wrote. */
export interface UnitCoverage {
  /** As it was named. */
  readonly location: string;
  readonly files: readonly ToldFile[];
  /** What could not be told: a line each. */
  readonly problems: readonly string[];
}

const KINDS = "Istanbul's JSON (coverage-final.json, or a folder such as .nyc_output), V8's JSON (a folder of NODE_V8_COVERAGE, or coverage/tmp of c8), lcov (lcov.info), coverage.py's JSON (coverage.json of `coverage json`) or its data (.coverage)";

/**
 * Reads the coverage of unit tests: a file, or a folder with one or many.
 *
 * @param repository with the code: V8 tells of what ran by the texts that are there
 * @throws Error if it is not there, or is none of the kinds that can be read
 */
export async function readUnitCoverage(location: string, repository: Repository): Promise<UnitCoverage> {
  if (!existsSync(location)) {
    throw new Error(`the unit coverage '${location}' does not exist; name ${KINDS}`);
  }
  try {
    return await (statSync(location).isDirectory() ? readFolder(location, repository) : readFiles(location, [location], repository));
  } catch (error) {
    throw new Error(`the unit coverage '${location}' cannot be read: ${(error as Error).message}`);
  }
}

/** Of what tools write into a folder, what says most. */
async function readFolder(folder: string, repository: Repository): Promise<UnitCoverage> {
  const files = readdirSync(folder).sort();
  const json = files.filter((file) => file.endsWith('.json'));
  const choices = [
    json.filter((file) => file === 'coverage-final.json'),
    json.filter((file) => /^coverage-\d+-\d+-\d+\.json$/.test(file)),
    json.filter((file) => file !== 'coverage-summary.json'),
    files.filter((file) => file === 'lcov.info'),
    files.filter((file) => file === '.coverage'),
  ];
  const chosen = choices.find((names) => names.length > 0);
  if (chosen) {
    return readFiles(folder, chosen.map((name) => join(folder, name)), repository);
  }
  const kept = join(folder, 'tmp');
  if (!existsSync(kept)) {
    throw new Error(`nothing in there is ${KINDS}`);
  }
  return { ...await readFolder(kept, repository), location: folder };
}

async function readFiles(location: string, paths: readonly string[], repository: Repository): Promise<UnitCoverage> {
  const files: ToldFile[] = [];
  const problems: string[] = [];
  const isWanted = wantedBelow(repository);
  const v8 = new V8Coverage(isWanted);
  for (const path of paths) {
    const read = await readFile(path);
    if ('v8' in read) {
      v8.add(read.v8);
    } else {
      files.push(...read.files);
    }
  }
  files.push(...v8.files(problems, new OriginalSources()).filter(({ path }) => isWanted(path)));
  return { location, files, problems };
}

async function readFile(path: string): Promise<{ readonly files: readonly ToldFile[] } | { readonly v8: V8Json }> {
  const content = readFileSync(path);
  if (isCoveragePyData(content)) {
    return { files: await coveragePyDataFiles(resolve(path), dirname(resolve(path))) };
  }
  const text = content.toString('utf8');
  if (isLcov(text)) {
    return { files: lcovFiles(text) };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is neither lcov nor JSON: ${(error as Error).message}`);
  }
  if (isV8Json(value)) {
    return { v8: value };
  }
  if (isCoveragePyJson(value)) {
    return { files: coveragePyFiles(value) };
  }
  if (isIstanbulJson(value)) {
    return { files: await istanbulFiles(value) };
  }
  throw new Error(`${path} is JSON of another kind; name ${KINDS}`);
}

/** V8 tells of all that ran: of interest is what is in the repository, and neither installed nor a test. */
function wantedBelow({ folder }: Repository): (path: string) => boolean {
  const isLeftOut = picomatch([...DEFAULT_EXCLUDE], { dot: true });
  return (path) => {
    const slashed = path.replaceAll(sep, '/');
    const inside = slashed.slice(folder.length + 1);
    return slashed.startsWith(`${folder}/`) && !isVendored(inside) && !isLeftOut(inside);
  };
}
