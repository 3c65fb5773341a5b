import { execFileSync } from 'node:child_process';
import type { CoverageMap } from 'istanbul-lib-coverage';
import parseDiff from 'parse-diff';

/** The lines that a git range added or changed, by files, relative to a folder. */
export type ChangedLines = ReadonlyMap<string, ReadonlySet<number>>;

/**
 * Asks git which lines have changed.
 *
 * @param range a commit or branch, to what is in the folder now, from where they part; or two of them with `..` or `...` between
 * @param folder in a git repository; paths are relative to it
 * @throws Error if there is no such range, no repository or no git
 */
export function changedLines(range: string, folder: string): ChangedLines {
  const between = range.includes('..') ? [range] : ['--merge-base', range];
  // a range that begins with a dash is none, and no option either
  const args = ['-c', 'core.quotePath=false', 'diff', '--unified=0', '--no-color', '--no-ext-diff', '--relative', ...between, '--'];
  let diff: string;
  try {
    if (range.startsWith('-')) {
      throw new Error('it begins with a dash');
    }
    diff = execFileSync('git', args, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 30, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stderr, message, code } = error as Error & { stderr?: string; code?: string };
    const reason = code === 'ENOENT' ? 'git is not installed' : (stderr ?? message).trim().split('\n')[0]!;
    throw new Error(`git cannot tell what '${range}' changed in ${folder}: ${reason}; name a commit, a branch or a range such as origin/main...HEAD, `
      + 'and fetch it where CI has a shallow clone');
  }
  const files = new Map<string, Set<number>>();
  for (const { to, chunks } of parseDiff(diff)) {
    const added = chunks.flatMap(({ changes }) => changes).flatMap((change) => (change.type === 'add' ? [change.ln] : []));
    if (to !== undefined && to !== '/dev/null' && added.length > 0) {
      files.set(to, new Set([...files.get(to) ?? [], ...added]));
    }
  }
  return files;
}

export interface ChangedCoverage {
  readonly covered: number;
  readonly total: number;
  /** The changed lines that nothing reached, by files of the report. */
  readonly uncovered: ReadonlyArray<{ readonly path: string; readonly lines: readonly number[] }>;
}

/** Of the changed lines those that can be covered: a statement begins there. */
export function coverageOfChanges(coverage: CoverageMap, changes: ChangedLines): ChangedCoverage {
  let covered = 0;
  let total = 0;
  const uncovered = coverage.files().flatMap((path) => {
    const lines = coverage.fileCoverageFor(path).getLineCoverage() as Record<number, number>;
    const changed = [...changes.get(path) ?? []].filter((line) => lines[line] !== undefined).sort((a, b) => a - b);
    const missed = changed.filter((line) => lines[line] === 0);
    total += changed.length;
    covered += changed.length - missed.length;
    return missed.length > 0 ? [{ path, lines: missed }] : [];
  });
  return { covered, total, uncovered };
}
