import { lcovParser } from '@friedemannsommer/lcov-parser/sync';
import type { LineCoverage, ToldFile } from './told-coverage';

/** Whether a text begins as a tracefile of lcov does. */
export function isLcov(text: string): boolean {
  return /^\s*(?:TN:|SF:|VER:|#)/.test(text);
}

/**
 * The files of an lcov tracefile; those that several tests tell of are there several times.
 *
 * @throws Error if there are none
 */
export function lcovFiles(text: string): ToldFile[] {
  const sections = lcovParser({ from: text }).filter(({ path }) => path !== '');
  if (sections.length === 0) {
    throw new Error('it has no file (a line SF: with its path, and end_of_record)');
  }
  return sections.map((section) => ({ path: section.path, told: { by: 'lines', coverage: lineCoverage(section) } }));
}

function lineCoverage({ lines, functions, branches }: ReturnType<typeof lcovParser>[number]): LineCoverage {
  const blocks = new Map<number, Map<number, number[]>>();
  for (const { line, block, hit } of branches.details) {
    const ofLine = blocks.get(line) ?? new Map<number, number[]>();
    blocks.set(line, ofLine.set(block, [...ofLine.get(block) ?? [], hits(hit)]));
  }
  return {
    lines: new Map(lines.details.map(({ line, hit }) => [line, hits(hit)])),
    functions: functions.details.map(({ name, line, hit }) => ({ name, line, hits: hits(hit) })),
    branches: new Map([...blocks].map(([line, ofLine]) => [line, [...ofLine.values()]])),
  };
}

/** A branch that was never come to has no number. */
function hits(value: number): number {
  return Number.isFinite(value) && value > 0 ? value : 0;
}
