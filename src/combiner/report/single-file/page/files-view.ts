/// <reference lib="dom" />
import { METRICS, percentage, sumOf, type Summary } from './counts';
import { element } from './elements';
import { squarified } from './treemap';
import type { PageFile } from '../page-data';

export interface ShownFile {
  readonly file: PageFile;
  readonly summary: Summary;
}

export interface Sorting {
  readonly by: 'path' | (typeof METRICS)[number];
  readonly ascending: boolean;
}

/** Addresses of what can be looked at, with all that is asked for besides. */
export interface Links {
  file(path: string): string;
  find(text: string): string;
}

/** So many files are in the table at first, and so many tiles in the picture. */
const ROWS = 200;
const TILES = 400;
/** Smaller tiles have no name, in pixels. */
const NAMED = { width: 46, height: 18 };
const FOLDER_HEIGHT = 18;

/** The picture of all: area is size, colour is coverage; grouped by folders. */
export function treemap(files: readonly ShownFile[], { width, height, links }: { width: number; height: number; links: Links }): HTMLElement {
  const map = element('div', { 'class': 'map', 'role': 'group', 'aria-label': 'Files by size and coverage' });
  const largest = files.filter(({ summary }) => summary.statements.total > 0)
    .sort((a, b) => b.summary.statements.total - a.summary.statements.total).slice(0, TILES);
  const folders = new Map<string, ShownFile[]>();
  for (const one of largest) {
    const folder = one.file.path.split('/').slice(0, -1).join('/');
    folders.set(folder, [...folders.get(folder) ?? [], one]);
  }
  const weight = ({ summary }: ShownFile) => summary.statements.total;
  const sum = ([, inside]: [string, ShownFile[]]) => inside.reduce((total, one) => total + weight(one), 0);
  for (const { item: [folder, inside], x, y, width: w, height: h } of squarified([...folders], sum, width, height)) {
    const head = folders.size > 1 && h > 2 * FOLDER_HEIGHT && w > NAMED.width ? FOLDER_HEIGHT : 0;
    if (head > 0) {
      const { statements } = sumOf(inside.map(({ summary }) => summary));
      const link = element('a', { class: 'folder', href: links.find(`${folder}/`), title: `${folder}: ${percentage(statements)} %` }, folder || '.');
      map.append(placed(link, { x, y, width: w, height: head }));
    }
    for (const tile of squarified(inside, weight, w, h - head)) {
      const { file, summary } = tile.item;
      const share = percentage(summary.statements);
      const label = `${file.path}: ${share} % of ${summary.statements.total} statements`;
      const link = element('a', { 'href': links.file(file.path), 'title': label, 'aria-label': label, 'style': `background:${colour(share)}` });
      if (tile.width > NAMED.width && tile.height > NAMED.height) {
        link.append(file.path.split('/').at(-1)!, ...(tile.height > 34 ? [element('br'), `${share} %`] : []));
      }
      map.append(placed(link, { x: x + tile.x, y: y + head + tile.y, width: tile.width, height: tile.height }));
    }
  }
  return map;
}

export function key(shown: number, all: number): HTMLElement {
  const words = (text: string) => element('span', {}, text);
  const limit = shown < all ? words(`The ${shown} largest of ${all} files.`) : undefined;
  return element('p', { class: 'key' }, words('Area: statements. Colour: 0 %'), element('i', { 'aria-hidden': 'true' }), words('100 % of them.'), limit);
}

export function filesTable(
  files: readonly ShownFile[], { sorting, links, onSort }: { sorting: Sorting; links: Links; onSort: (by: Sorting['by']) => void },
): Node[] {
  const sorted = [...files].sort((a, b) => (sorting.ascending ? 1 : -1) * (sorting.by === 'path'
    ? compare(a.file.path, b.file.path)
    : percentage(a.summary[sorting.by]) - percentage(b.summary[sorting.by]) || compare(a.file.path, b.file.path)));
  const heading = (by: Sorting['by'], text: string) => {
    const button = element('button', { 'type': 'button', 'data-by': by }, text);
    button.addEventListener('click', () => onSort(by));
    return element('th', { 'scope': 'col', 'aria-sort': sorting.by === by ? (sorting.ascending ? 'ascending' : 'descending') : undefined }, button);
  };
  const body = element('tbody');
  const table = element('table', {},
    element('thead', {}, element('tr', {},
      heading('path', 'File'), element('th', { scope: 'col' }, 'Coverage'), ...METRICS.map((metric) => heading(metric, metric)))), body);
  const more = element('button', { type: 'button', class: 'more' });
  let shown = 0;
  const show = () => {
    body.append(...sorted.slice(shown, shown + ROWS).map((one) => row(one, links)));
    shown = Math.min(shown + ROWS, sorted.length);
    more.textContent = `Show more (${sorted.length - shown} files)`;
    more.hidden = shown === sorted.length;
  };
  more.addEventListener('click', show);
  show();
  return [element('div', { class: 'wide' }, table), more];
}

function row({ file, summary }: ShownFile, links: Links): HTMLElement {
  const share = percentage(summary.statements);
  return element('tr', {},
    element('td', {}, element('a', { href: links.file(file.path) }, file.path)),
    element('td', {}, element('meter', { 'min': 0, 'max': 100, 'low': 50, 'high': 80, 'optimum': 100, 'value': share, 'aria-label': `${share} %` })),
    ...METRICS.map((metric) => element('td', {}, `${percentage(summary[metric])} % (${summary[metric].covered}/${summary[metric].total})`)));
}

function placed(link: HTMLElement, { x, y, width, height }: { x: number; y: number; width: number; height: number }): HTMLElement {
  link.style.left = `${x}px`;
  link.style.top = `${y}px`;
  link.style.width = `${Math.max(0, width)}px`;
  link.style.height = `${Math.max(0, height)}px`;
  return link;
}

/** From red by yellow to green; dark text is readable on all of them. */
function colour(share: number): string {
  const stops = [[229, 83, 75], [233, 185, 73], [87, 171, 90]] as const;
  const at = (Math.min(Math.max(share, 0), 100) / 100) * 2;
  const [from, to] = [stops[Math.min(Math.floor(at), 1)]!, stops[Math.min(Math.floor(at) + 1, 2)]!];
  const part = at - Math.min(Math.floor(at), 1);
  return `rgb(${from.map((value, index) => Math.round(value + (to[index]! - value) * part)).join(',')})`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
