import type { ScaleResult, Step } from './scale';
import { provenanceOf, type SingleRun } from '../single-run';
import { aligned } from '../table';

const NAMES: Readonly<Record<Step['name'], string>> = {
  plan: 'plan', merge: 'merge batches of objects', reduce: 'merge partials', report: 'merge the last partials, convert, report',
};

/** The section of docs/performance.md. */
export function scaleSection(run: SingleRun<readonly ScaleResult[]>): string {
  return `## A million objects
What the functions of a distributed combiner take, as they are bundled, one process for each of them that is invoked again and again: the objects are those of
"Combining" (ten thousand with content of their own; more are the same ones under further days) in the S3 server of \`test/s3\`, in a process of its own on the same cores.
[scale.md](scale.md) computes from these numbers what other sizes take on AWS.

${provenanceOf(run)}

${scaleTable(run.results)}
`;
}

export function scaleTable(results: readonly ScaleResult[]): string {
  const head = ['objects', 'what', 'invocations', 'seconds in all', 'ms for each invocation', 'ms for each object', 'MB', 'requests'];
  return aligned([head, ...results.flatMap(({ objects, steps }) => steps.map((step) => [
    objects.toLocaleString('en'),
    NAMES[step.name],
    step.invocations.toLocaleString('en'),
    step.seconds.toFixed(1),
    step.milliseconds.toFixed(0),
    ((step.seconds * 1_000) / objects).toPrecision(2),
    step.megabytes.toFixed(0),
    Object.entries(step.requests).map(([name, count]) => `${count.toLocaleString('en')} ${name}`).join(', '),
  ]))]);
}
