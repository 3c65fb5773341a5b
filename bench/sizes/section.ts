import type { Sizes } from './sizes';
import { BUDGETS_KB, type Part } from '../../test/package/parts';
import { provenanceOf, type SingleRun } from '../single-run';
import { aligned } from '../table';
import { metText } from '../verdict';

const ABOUT: Readonly<Record<Part, string>> = {
  'layer': 'the layer of Node.js functions',
  'Python layer': 'the layer of Python functions, with coverage.py for each version and architecture',
  'wrapper': 'the same as a module, for functions that have no layer',
  'combiner': "the combiner's functions",
  'instrumenter': 'what builds counters in when an app is synthesized',
  'command line': '`lambda-coverage`',
};

/** The section of docs/performance.md. */
export function sizesSection(run: SingleRun<Sizes>): string {
  return `## Sizes
Zipped; layers and the combiner's functions as Lambda gets them. The tests of the npm package fail where one grows (\`test/package/npm-package.check.ts\`).

${provenanceOf(run)}

${sizesTable(run.results)}
`;
}

export function sizesTable(sizes: Sizes): string {
  return aligned([['what', 'zipped', 'target'], ...(Object.keys(sizes) as Part[]).map((part) => {
    const kilobytes = sizes[part]! / 1024;
    const most = BUDGETS_KB[part];
    const target = most === undefined ? '–' : `≤ ${most.toLocaleString('en')} KB: ${metText(kilobytes <= most)}`;
    return [ABOUT[part], `${kilobytes.toLocaleString('en', { maximumFractionDigits: kilobytes < 1_000 ? 1 : 0 })} KB`, target];
  })]);
}
