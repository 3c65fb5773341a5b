import type { CoverageMap } from 'istanbul-lib-coverage';
import { rangesText } from './line-ranges';
import { METRICS, percent, reachOf, sumOfReach, uncoveredRanges, type Reach } from './reach';
import type { Origins } from '../unit/join-unit-coverage';

/** GitHub takes a summary of 1 MiB. */
const MAX_CHARACTERS = 900_000;
/** So many ranges of uncovered lines are named of a file. */
const MAX_RANGES = 12;

const HEADINGS = { statements: 'Statements', branches: 'Branches', functions: 'Functions', lines: 'Lines' };

/** Totals and a table of the files in Markdown, as GitHub and GitLab show it. */
export function markdownReport(coverage: CoverageMap, origins?: Origins): string {
  const total = coverage.getCoverageSummary();
  const parts = [
    '## Coverage\n',
    row(['', ...METRICS.map((metric) => HEADINGS[metric])]),
    row(['---', ...METRICS.map(() => '---:')]),
    row(['**All files**', ...METRICS.map((metric) => `**${percent(total, metric)}** (${total[metric].covered} of ${total[metric].total})`)]),
    ...(origins ? originRows(origins) : []),
    '',
    ...(origins ? [`Lines reached: ${reached(sumOfReach(coverage.files().map((path) => reachOf(origins, path))))}.\n`] : []),
    '<details><summary>Files</summary>\n',
    row(['File', ...METRICS.map((metric) => HEADINGS[metric]), ...(origins ? ['Only unit', 'Only Lambda', 'Both'] : []), 'Uncovered lines']),
    row(['---', ...METRICS.map(() => '---:'), ...(origins ? ['---:', '---:', '---:'] : []), '---']),
  ];
  let length = parts.join('\n').length;
  const files = [...coverage.files()].sort();
  let shown = 0;
  for (const path of files) {
    const summary = coverage.fileCoverageFor(path).toSummary();
    const reach = origins && reachOf(origins, path);
    const line = row([
      code(path), ...METRICS.map((metric) => percent(summary, metric)), ...(reach ? [reach.onlyUnit, reach.onlyLambda, reach.both].map(String) : []),
      rangesOf(coverage, path),
    ]);
    if (length + line.length > MAX_CHARACTERS) {
      break;
    }
    parts.push(line);
    length += line.length + 1;
    shown++;
  }
  return `${[...parts, ...(shown < files.length ? ['', `and ${files.length - shown} more files`] : []), '\n</details>'].join('\n')}\n`;
}

function originRows({ unit, lambda }: Origins): string[] {
  return ([['unit tests', unit], ['Lambda', lambda]] as const).map(([name, map]) => {
    const summary = map.getCoverageSummary();
    return row([name, ...METRICS.map((metric) => `${percent(summary, metric)} (${summary[metric].covered} of ${summary[metric].total})`)]);
  });
}

function reached({ onlyUnit, onlyLambda, both, neither }: Reach): string {
  return `${onlyUnit} by unit tests only, ${onlyLambda} by Lambda only, ${both} by both, ${neither} by neither`;
}

function rangesOf(coverage: CoverageMap, path: string): string {
  const ranges = uncoveredRanges(coverage, path);
  return rangesText(ranges.slice(0, MAX_RANGES)) + (ranges.length > MAX_RANGES ? ', …' : '');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Paths come from objects that others wrote: nothing of one may be taken for Markdown or HTML, or end the table's cell. */
function code(path: string): string {
  return `<code>${path.replace(/[&<>"'|`*_~[\]\\\p{Cc}]/gu, (character) => `&#${character.codePointAt(0)};`)}</code>`;
}
