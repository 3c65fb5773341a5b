/// <reference lib="dom" />
import { countsOf, isOfParts, isShown, METRICS, NO_RUN, partsOf, percentage, summaryOf, sumOf, type Summary, type View } from './counts';
import { byId, element } from './elements';
import { fileView } from './file-view';
import { filesTable, key, treemap, type Links, type ShownFile, type Sorting } from './files-view';
import type { PageData } from '../page-data';

/** The state of the page is in its address, so that it can be sent to somebody: `#/file/<path>?function=…&find=…`. */
interface Address extends View {
  readonly file: string | undefined;
  readonly find: string;
}

class Page {
  private sorting: Sorting = { by: 'path', ascending: true };
  private address: Address = this.read();

  public constructor(private readonly data: PageData) {
    document.title = data.title;
    byId('home').textContent = data.title;
    byId('made').textContent = `Made ${data.made.slice(0, 16).replace('T', ' ')} UTC by cdk-lambda-coverage`;
    this.addFilters();
    addEventListener('hashchange', () => this.show());
    addEventListener('resize', () => this.address.file === undefined && this.show());
    addEventListener('keydown', (event) => this.key(event));
    this.show();
  }

  private read(): Address {
    const [path, query = ''] = location.hash.replace(/^#/, '').split('?');
    const file = /^\/file\/(.*)$/.exec(path!)?.[1];
    const fields = new URLSearchParams(query);
    const origin = fields.get('origin');
    return {
      file: file === undefined ? undefined : decoded(file),
      find: fields.get('find') ?? '',
      origin: origin === 'lambda' || origin === 'unit' ? origin : 'all',
      lambdaFunction: fields.get('function') ?? '',
      run: fields.get('run') ?? '',
      phase: fields.get('phase') ?? '',
    };
  }

  /** Says what is wanted, by the address. */
  private change(change: Partial<Address>): void {
    history.replaceState(undefined, '', this.link(change));
    this.show();
  }

  private link(change: Partial<Address>): string {
    const { file, find, origin, lambdaFunction, run, phase } = { ...this.address, ...change };
    const fields = { find, origin: origin === 'all' ? '' : origin, function: lambdaFunction, run, phase };
    const query = new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== '')).toString();
    return `#/${file === undefined ? '' : `file/${encodeURIComponent(file)}`}${query === '' ? '' : `?${query}`}`;
  }

  private addFilters(): void {
    const { parts, hasUnit } = this.data;
    const values = (of: (part: PageData['parts'][number]) => string) => [...new Set(parts.map(of))].sort();
    const fill = (id: string, all: string, options: readonly string[], change: (value: string) => Partial<Address>, least: number) => {
      const select = byId<HTMLSelectElement>(id);
      select.append(element('option', { value: '' }, all), ...options.map((value) => element('option', { value }, value)));
      select.addEventListener('change', () => this.change({ ...change(select.value), ...(select.value !== '' && { origin: 'lambda' as const }) }));
      byId(`${id}-label`).hidden = options.length < least;
    };
    fill('function', 'all', values(({ lambdaFunction }) => lambdaFunction), (lambdaFunction) => ({ lambdaFunction }), 1);
    fill('run', 'all', values(({ run }) => run ?? NO_RUN), (run) => ({ run }), 2);
    fill('phase', 'all', values(({ phase }) => phase ?? '').filter((phase) => phase !== ''), (phase) => ({ phase }), 2);
    byId('origins').hidden = !hasUnit;
    for (const [value, text] of [['all', 'All'], ['lambda', 'Lambda'], ['unit', 'Unit tests']] as const) {
      const radio = element('input', { type: 'radio', name: 'origin', value });
      radio.addEventListener('change', () => this.change({ origin: value, ...(value !== 'lambda' && { lambdaFunction: '', run: '', phase: '' }) }));
      byId('origins').append(element('label', {}, radio, text));
    }
    const search = byId<HTMLInputElement>('search');
    search.addEventListener('input', () => this.change({ find: search.value, file: undefined }));
    byId<HTMLFormElement>('filters').addEventListener('submit', (event) => event.preventDefault());
  }

  private show(): void {
    this.address = this.read();
    const { file: path, find, ...view } = this.address;
    this.showFilters();
    const parts = partsOf(this.data, view);
    const words = find.toLowerCase().split(/\s+/).filter((word) => word !== '');
    const shown: ShownFile[] = this.data.files
      .filter((file) => isShown(file, view, parts))
      .filter((file) => words.every((word) => file.path.toLowerCase().includes(word)))
      .map((file) => ({ file, summary: summaryOf(file, countsOf(file, view, parts)) }));
    this.showTotals(sumOf(shown.map(({ summary }) => summary)));
    const main = byId('main');
    const file = path === undefined ? undefined : this.data.files.find((one) => one.path === path);
    if (file) {
      main.replaceChildren(...fileView(file, { view, parts, hasUnit: this.data.hasUnit && !isOfParts(view), home: this.link({ file: undefined }) }));
      scrollTo(0, 0);
      return;
    }
    if (shown.length === 0) {
      main.replaceChildren(element('p', { class: 'empty' }, path === undefined ? 'No file is of that name, function, run and phase.' : `There is no file ${path} in this report.`));
      return;
    }
    const links: Links = { file: (name) => this.link({ file: name }), find: (text) => this.link({ find: text }) };
    const onSort = (by: Sorting['by']) => {
      this.sorting = { by, ascending: this.sorting.by === by ? !this.sorting.ascending : true };
      this.show();
      document.querySelector<HTMLElement>(`[data-by=${by}]`)!.focus();
    };
    const table = filesTable(shown, { sorting: this.sorting, links, onSort });
    main.replaceChildren();
    const width = main.clientWidth - 2 * parseFloat(getComputedStyle(main).paddingLeft) - 2;
    const height = Math.max(220, Math.min(innerHeight * 0.46, 460)) - 2;
    const map = treemap(shown, { width, height, links });
    main.append(map, key(map.querySelectorAll('a:not(.folder)').length, shown.length), ...table);
  }

  private showFilters(): void {
    const { find, origin, lambdaFunction, run, phase } = this.address;
    byId<HTMLInputElement>('search').value = find;
    byId<HTMLSelectElement>('function').value = lambdaFunction;
    byId<HTMLSelectElement>('run').value = run;
    byId<HTMLSelectElement>('phase').value = phase;
    document.querySelectorAll<HTMLInputElement>('input[name=origin]').forEach((radio) => {
      radio.checked = radio.value === origin;
    });
  }

  private showTotals(total: Summary): void {
    byId('totals').replaceChildren(...METRICS.map((metric) => element('div', {},
      element('dt', {}, metric), element('dd', {}, `${percentage(total[metric])} % `, element('small', {}, `${total[metric].covered}/${total[metric].total}`)))));
  }

  private key(event: KeyboardEvent): void {
    const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key === '/' && !isTyping) {
      event.preventDefault();
      byId('search').focus();
    } else if (event.key === 'Escape' && this.address.file !== undefined) {
      this.change({ file: undefined });
    }
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function unpacked(base64: string): Promise<string> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text();
}

unpacked(byId('data').textContent!.trim())
  .then((json) => new Page(JSON.parse(json) as PageData))
  .catch((error: Error) => byId('main').replaceChildren(element('p', {}, `This report cannot be shown: ${error.message}`)));
