/// <reference lib="dom" />
import { countsOf, lineCounts, percentage, summaryOf, METRICS, type FileCounts, type View } from './counts';
import { element } from './elements';
import type { PageFile, Place } from '../page-data';

const BY: Readonly<Record<string, string>> = { LU: 'Lambda and unit tests', L: 'Lambda', U: 'unit tests' };

/** A stretch of a line that did not run. */
interface Mark {
  readonly from: number;
  readonly to: number;
  readonly className: 'statement' | 'arm';
  readonly title: string;
}

/** A file with its lines: how often each ran, by what, and which parts of it did not. */
export function fileView(
  file: PageFile, { view, parts, hasUnit, home }: { view: View; parts: readonly number[]; hasUnit: boolean; home: string },
): Node[] {
  const counts = countsOf(file, view, parts);
  const summary = summaryOf(file, counts);
  return [
    element('p', { class: 'crumbs' }, element('a', { href: home }, 'All files')),
    element('h2', {}, file.path),
    element('dl', {}, ...METRICS.map((metric) => element('div', {},
      element('dt', {}, metric), element('dd', {}, `${percentage(summary[metric])} % `, element('small', {}, `${summary[metric].covered}/${summary[metric].total}`))))),
    element('p', { class: 'crumbs' }, file.lambdaFunctions.length > 0 ? `In ${file.lambdaFunctions.join(', ')}` : 'No function has run it'),
    file.text === undefined
      ? element('p', { class: 'empty' }, 'The text of this file is not at hand; its counts are in the table.')
      : sourceOf(file, file.text, counts, hasUnit),
  ];
}

function sourceOf(file: PageFile, text: string, counts: FileCounts, hasUnit: boolean): HTMLElement {
  const everything: View = { origin: 'all', lambdaFunction: '', run: '', phase: '' };
  const ofOrigin = (origin: 'unit' | 'lambda') => lineCounts(file.statements, countsOf(file, { ...everything, origin }, []).statements);
  const [lambda, unit] = [ofOrigin('lambda'), hasUnit ? ofOrigin('unit') : new Map<number, number>()];
  const lines = lineCounts(file.statements, counts.statements);
  const marks = marksOf(file, counts);
  const notes = notesOf(file, counts);
  const list = element('ol');
  text.split(/\r\n|[\n\r\u2028\u2029]/).forEach((content, index) => {
    const line = index + 1;
    const count = lines.get(line);
    const by = [...((lambda.get(line) ?? 0) > 0 ? ['L'] : []), ...((unit.get(line) ?? 0) > 0 ? ['U'] : [])].join('');
    const state = count === undefined ? undefined : count > 0 ? 'hit' : 'miss';
    list.append(element('li', { 'id': `L${line}`, 'class': state, 'data-line': line },
      element('span', { class: 'number' }, String(line)),
      element('span', { class: 'count', title: count === 0 ? 'did not run' : undefined }, count === undefined ? '' : `${count}×`),
      hasUnit ? element('span', { class: 'by', title: BY[by] }, by) : undefined,
      element('code', {}, ...marked(content, marks.get(line) ?? [])),
      ...(notes.get(line) ?? []).map((note) => element('span', { class: 'note' }, note))));
  });
  return element('div', { 'class': 'source', 'tabindex': 0, 'role': 'region', 'aria-label': `Source of ${file.path}` }, list);
}

function marksOf(file: PageFile, { statements, branches }: FileCounts): Map<number, Mark[]> {
  const marks = new Map<number, Mark[]>();
  const add = ([line, column, endLine, endColumn]: Place, className: Mark['className'], title: string) => {
    for (let at = line; at <= endLine; at++) {
      const mark = { from: at === line ? column : 0, to: at === endLine ? endColumn : Number.MAX_SAFE_INTEGER, className, title };
      marks.set(at, [...marks.get(at) ?? [], mark]);
    }
  };
  file.statements.forEach((place, index) => statements[index] === 0 && add(place, 'statement', 'statement did not run'));
  file.branches.forEach(([type, , arms], branch) => {
    const counts = branches[branch]!;
    // where none ran, the statement around says it
    if (type !== 'if' && counts.some((count) => count > 0)) {
      arms.forEach((place, arm) => place && counts[arm] === 0 && add(place, 'arm', 'branch was not taken'));
    }
  });
  return marks;
}

/** What did not happen and has no stretch of its own: arms of an `if`, and functions. */
function notesOf(file: PageFile, { functions, branches }: FileCounts): Map<number, string[]> {
  const notes = new Map<number, string[]>();
  const add = (line: number, note: string) => notes.set(line, [...notes.get(line) ?? [], note]);
  file.branches.forEach(([type, line], branch) => {
    const [held, failed] = branches[branch]!;
    if (type === 'if' && held! + (failed ?? 0) > 0 && (held === 0 || failed === 0)) {
      add(line, held === 0 ? 'never true' : 'never false');
    }
  });
  file.functions.forEach(([, place], index) => functions[index] === 0 && add(place[0], 'function was not called'));
  return notes;
}

/** The text of a line with its marks; of those that overlap a statement goes first. */
function marked(content: string, marks: readonly Mark[]): Node[] {
  const kinds = new Array<Mark | undefined>(content.length);
  for (const mark of [...marks].sort((a, b) => (a.className === b.className ? 0 : a.className === 'arm' ? -1 : 1))) {
    kinds.fill(mark, Math.max(mark.from, content.search(/\S|$/)), Math.min(mark.to, content.length));
  }
  const nodes: Node[] = [];
  for (let from = 0; from < content.length;) {
    const kind = kinds[from];
    let to = from + 1;
    while (to < content.length && kinds[to]?.className === kind?.className) {
      to++;
    }
    const piece = content.slice(from, to);
    nodes.push(kind ? element('mark', { class: kind.className, title: kind.title }, piece) : document.createTextNode(piece));
    from = to;
  }
  return nodes;
}
