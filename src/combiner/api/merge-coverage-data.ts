import { mkdtempSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { combineError } from './arguments';
import { badInput } from '../../contract/bad-input';
import { CoverageCombineError } from '../../contract/coverage-error';
import { encodeRawCoverage } from '../../contract/raw-coverage';
import { logError } from '../log';
import { MergedCoverage } from '../merging/merged-coverage';
import { decodeRawFile } from '../reading/raw-file';

/**
 * Merges coverage files into one that says the same: of each function what all of them counted, to the hit count. Files may be merged
 * again, in any order. One that cannot be read is left out, with a JSON line on standard error that names it.
 *
 * Mirrors `merge_coverage_data` of the reference.
 *
 * @param coverageFiles paths of coverage files, such as `downloadCoverageFiles` gives
 * @returns path of the merged file, in a new temporary folder
 * @throws CoverageError if it is not a list of paths
 * @throws CoverageCombineError if none of them can be read
 */
export async function mergeCoverageData(coverageFiles: readonly string[]): Promise<string> {
  if (!Array.isArray(coverageFiles) || coverageFiles.length === 0 || !coverageFiles.every((file) => typeof file === 'string')) {
    throw badInput('coverageFiles', coverageFiles, 'is not a list of the paths of coverage files, at least one');
  }
  const merged = new MergedCoverage();
  const errors: string[] = [];
  for (const file of coverageFiles) {
    try {
      (await decodeRawFile(await readFile(file))).forEach((raw) => merged.add(raw));
    } catch (error) {
      errors.push(`${file}: ${(error as Error).message}`);
    }
  }
  if (errors.length === coverageFiles.length) {
    throw new CoverageCombineError(`none of the ${coverageFiles.length} coverage files can be read: ${errors[0]}`, { errors });
  }
  errors.forEach((message) => logError(message));
  try {
    const output = join(mkdtempSync(join(tmpdir(), 'lambda-coverage-')), 'merged.coverage');
    writeFileSync(output, gzipSync(merged.raws().map((raw) => `${encodeRawCoverage(raw)}\n`).join('')));
    return output;
  } catch (error) {
    throw combineError(error, tmpdir());
  }
}
