import type { BuiltInResults } from './built-in';
import { provenanceOf, type SingleRun } from '../single-run';
import { aligned } from '../table';
import { metText } from '../verdict';

const MOST_MILLISECONDS_FOR_TAKE = 0.2;
const FEWEST_OBJECTS_PER_SECOND = 50_000;
const MOST_MILLISECONDS_FOR_SYNTH = 1_500;

/** The section of docs/performance.md. */
export function builtInSection(run: SingleRun<BuiltInResults>): string {
  const { counters, objectsMerged, synth } = run.results;
  return `## Built-in counters, beside the function's own time
A take reads and resets the ${counters.toLocaleString('en')} counters of one script, some of which were passed, and encodes them; times are of one take, the first of a process, and
the median of those that follow. Merging is of ${objectsMerged.toLocaleString('en')} uploads that are parsed already, each with about 140 counters that were passed, on one core. Synthesizing
is the time of \`attachTo\` for "orders", a bundle of 1.7 MB, the median of ${synth.runs} processes: with an empty cloud assembly, and with that of the run before.

${provenanceOf(run)}

${builtInTable(run.results)}
`;
}

export function builtInTable({ takes, mergedPerSecond, synth }: BuiltInResults): string {
  return aligned([
    ['what', 'on', 'measured', 'target'],
    ...takes.flatMap(({ node, first, later }) => [
      ['the first take', `Node.js ${node}`, `${first.toPrecision(3)} ms`, '–'],
      ['a later take', `Node.js ${node}`, `${later.toPrecision(3)} ms`, `≤ ${MOST_MILLISECONDS_FOR_TAKE} ms: ${metText(later <= MOST_MILLISECONDS_FOR_TAKE)}`],
    ]),
    ['merging', 'the Node.js of the harness', `${Math.round(mergedPerSecond).toLocaleString('en')} objects a second`, `≥ ${FEWEST_OBJECTS_PER_SECOND.toLocaleString('en')}: ${metText(mergedPerSecond >= FEWEST_OBJECTS_PER_SECOND)}`],
    ['synthesizing', 'the Node.js of the harness', `${synth.first.toFixed(0)} ms`, `≤ ${MOST_MILLISECONDS_FOR_SYNTH.toLocaleString('en')} ms: ${metText(synth.first <= MOST_MILLISECONDS_FOR_SYNTH)}`],
    ['synthesizing again', 'the Node.js of the harness', `${synth.cached.toFixed(0)} ms`, '–'],
  ]);
}
