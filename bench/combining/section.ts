import type { CombiningResult } from './combining';
import { TOOLS, type Tool } from './tools';
import { provenanceOf, type SingleRun } from '../single-run';
import { aligned } from '../table';
import { metText } from '../verdict';

/** The data set that the targets are of. */
const DATA_SET = 10_000;
const TIMES_FASTER = 5;
const MOST_MEGABYTES = 300;
const MOST_SECONDS_FOR_ONE = 2;

/** The section of docs/performance.md. */
export function combiningSection(run: SingleRun<readonly CombiningResult[]>): string {
  const { results } = run;
  const names = [...new Set(results.map(({ tool }) => tool))];
  return `## Combining
What one report of many objects takes: the whole of a process, from its start to the written coverage map. Five functions with bundles of 1.7 MB (those of
"orders", each with a comment of its own, attached by the library, on Node.js 22) ran in three environments each and left first takes and deltas; each object is one of
these with metadata of its own, one of ten a first take. Others read the same coverage as Node.js writes it: a JSON file for each object, not compressed.
Memory is the peak of what is resident. Times are medians.

${names.map((name) => `- **${TOOLS[name].title}**: ${(TOOLS[name] as Tool).about}.`).join('\n')}

${provenanceOf(run)}

${combiningTable(results)}

${targets(results).join('\n')}
`;
}

export function combiningTable(results: readonly CombiningResult[]): string {
  const head = ['by', 'objects', 'seconds', 'ms for each object', 'MB', 'runs'];
  return aligned([head, ...results.map(({ tool, objects, seconds, megabytes, failure, given, runs }) => [
    TOOLS[tool].title,
    objects.toLocaleString('en'),
    seconds === undefined ? `**${failure === 'too long' ? 'not done in 10 minutes' : failure}**` : `${seconds.toFixed(1)}${given < objects ? ` (computed from ${given})` : ''}`,
    seconds === undefined ? '–' : ((seconds * 1_000) / objects).toFixed(2),
    megabytes === undefined ? '–' : megabytes.toFixed(0),
    String(runs),
  ])]);
}

function targets(results: readonly CombiningResult[]): string[] {
  const of = (tool: CombiningResult['tool'], objects: number) => results.find((one) => one.tool === tool && one.objects === objects);
  const ours = of('ours', DATA_SET);
  if (ours?.seconds === undefined) {
    return [];
  }
  const times = (tool: CombiningResult['tool']) => {
    const other = of(tool, DATA_SET)?.seconds;
    return other === undefined ? [] : [`${TOOLS[tool].title} takes ${(other / ours.seconds!).toFixed(1)} × as long (${metText(other / ours.seconds! >= TIMES_FASTER)})`];
  };
  const one = of('ours', 1);
  const memory = [ours, of('ours-s3', DATA_SET)].flatMap((result) => result?.megabytes ?? []);
  return [
    `- Asked for: at least ${TIMES_FASTER} × faster than others. ${[...times('c8'), ...times('c8-merge-async'), ...times('nyc'), ...times('monocart')].join('; ')}.`,
    `- Asked for: at most ${MOST_MEGABYTES} MB. ${memory.map((megabytes) => megabytes.toFixed(0)).join(' and ')} MB (${metText(Math.max(...memory) <= MOST_MEGABYTES)}).`,
    ...(one?.seconds === undefined ? [] : [`- Asked for: one object in at most ${MOST_SECONDS_FOR_ONE} s. ${one.seconds.toFixed(1)} s (${metText(one.seconds <= MOST_SECONDS_FOR_ONE)}).`]),
  ];
}
