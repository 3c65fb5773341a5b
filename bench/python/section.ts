import type { PythonResults, VersionResults } from './python';
import { provenanceOf, type SingleRun } from '../single-run';
import { aligned } from '../table';
import { metText } from '../verdict';

const MOST = { latency: 2, init: 100, memory: 25, holdMs: 2, leak: 100 } as const;
const TIMES_FASTER = 5;

/** The section of docs/performance.md. */
export function pythonSection(run: SingleRun<PythonResults>): string {
  return `## Functions in Python
A function of sixteen files in the local Lambda, on AWS's runtime interface client for Python; each number is the difference to the same function without coverage, of medians.
"Decorator" is the style of the samples that there are: coverage.py is started and stopped by a decorator, which sends a JSON report with boto3 in each invocation (\`bench/python/peer\`).
"128 MB" is with the share of a processor that Lambda gives it, in init as well. S3 answers in 300 ms for latency, cold start and memory, and at once for the rest. Computing is loops, branches and calls only, by lines and branches as it is attached by default,
by lines only, and beside SlipCover 1.1.0. "Left by 1,000 invocations" is of resident memory, by 3,000 of them after 1,000 others, with Python on the C library's allocator in one arena; "allocated" is what Python itself has not freed of 1,000, by \`tracemalloc\`.

${provenanceOf(run)}

${pythonTable(run.results)}
`;
}

export function pythonTable({ versions, combine }: PythonResults): string {
  const signed = (value: number, unit: string) => {
    const size = Math.abs(value);
    return `${value < 0 ? '−' : '+'} ${size < 1_000 ? size.toPrecision(3) : size.toLocaleString('en', { maximumSignificantDigits: 3 })} ${unit}`;
  };
  const row = (title: string, of: (one: VersionResults) => string, target: string, isMet?: (one: VersionResults) => boolean) =>
    [title, ...versions.map(of), isMet === undefined ? target : `${target}: ${metText(versions.every(isMet))}`];
  const table = aligned([
    ['what', ...versions.map(({ version }) => version), 'target'],
    row('caller waits', ({ latency }) => signed(latency.ours, 'ms'), `≤ + ${MOST.latency} ms`, ({ latency }) => latency.ours <= MOST.latency),
    row('– decorator', ({ latency }) => signed(latency.decorated, 'ms'), '–'),
    row('cold start', ({ init }) => signed(init.ours, 'ms'), `≤ + ${MOST.init} ms`, ({ init }) => init.ours <= MOST.init),
    row('– decorator', ({ init }) => signed(init.decorated, 'ms'), '–'),
    row('caller waits, 128 MB', ({ small }) => (small ? signed(small.latency, 'ms') : '–'), '–'),
    row('cold start, 128 MB', ({ small }) => (small ? signed(small.init, 'ms') : '–'), '–'),
    row('memory', ({ memory }) => signed(memory.ours, 'MB'), `≤ + ${MOST.memory} MB`, ({ memory }) => memory.ours <= MOST.memory),
    row('– decorator', ({ memory }) => signed(memory.decorated, 'MB'), '–'),
    row('computing', ({ computing }) => `${computing.branches.toFixed(2)} ×`, '–'),
    row('– lines only', ({ computing }) => `${computing.lines.toFixed(2)} ×`, '–'),
    row('– SlipCover', ({ computing }) => (computing.slipCover === undefined ? '–' : `${computing.slipCover.toFixed(2)} ×`), '–'),
    row('held without news', ({ noNews }) => `${noNews.holdMs.toPrecision(2)} ms, ${noNews.requests} requests`, `≤ ${MOST.holdMs} ms, 0`, ({ noNews }) => noNews.holdMs <= MOST.holdMs && noNews.requests === 0),
    row('allocated in 1,000 invocations', ({ allocated }) => `${allocated.toFixed(1)} KB`, '–'),
    row('left by 1,000 invocations', ({ leak }) => `${leak.toFixed(0)} KB`, `≤ ${MOST.leak} KB`, ({ leak }) => leak <= MOST.leak),
  ]);
  const times = combine.combineOnly / combine.ours;
  return `${table}

Combining ${combine.uploads.toLocaleString('en')} uploads of click 8.1.8, a package of sixteen files, each with what one module of its tests runs, into one report takes \`lambda-coverage report\` ${combine.ours.toFixed(2)} s, the whole of its process, and \`coverage combine\` of
as many data files of Python ${combine.version} ${combine.combineOnly.toFixed(2)} s, ${times.toFixed(1)} × as long (asked for: ≥ ${TIMES_FASTER} ×, ${metText(times >= TIMES_FASTER)}), with \`coverage json\` ${combine.coveragePy.toFixed(2)} s; medians of ${combine.runs}.`;
}
