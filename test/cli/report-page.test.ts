/** Reports in HTML, looked at in a browser: what it shows is what the data says, and nothing of the data is taken for markup. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createCoverageMap, type CoverageMapData } from 'istanbul-lib-coverage';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { chromiumPath } from './browser';
import { lambdaCoverage } from './command-line';
import { TINY_SCRIPT, tinyObject, tinySource, writeObjects } from '../combiner/tiny-function';

const executablePath = chromiumPath();
const EVIL_NAME = '<img src=x onerror="window.taken=1">.js';
const EVIL_TEXT = 'exports.evil = "</script><script>window.taken=2</script><img src=x onerror=window.taken=3>";\nif (exports.never) {\n  exports.never();\n}\n';

let folder: string;
let browser: Browser;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'report-page-'));
  const object = (sequence: number, metadata: object) => tinyObject(sequence, (raw) => ({ ...raw, metadata: { ...raw.metadata, ...metadata } }));
  writeObjects(join(folder, 'bucket'), [
    tinySource(),
    object(0, { functionName: 'orders', runId: 'run-1', phase: 'init' }),
    object(1, { functionName: 'orders', runId: 'run-2' }),
    object(2, { functionName: 'refunds' }),
  ]);
  write('index.js', TINY_SCRIPT);
  write(EVIL_NAME, EVIL_TEXT);
  write('lib/unit-only.js', 'exports.one = () => 1;\n');
  write('lcov.info', [['index.js', 'DA:3,7'], [EVIL_NAME, 'DA:1,1\nDA:2,1\nDA:3,0'], ['lib/unit-only.js', 'DA:1,5']].map(([file, lines]) => `SF:${file}\n${lines}\nend_of_record\n`).join(''));
  const { exitCode, stderr } = await lambdaCoverage(['report', 'bucket', '--unit', 'lcov.info', '--format', 'html,html-single,json'], { cwd: folder });
  expect([exitCode, stderr]).toEqual([0, '']);
  if (executablePath !== undefined) {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  }
});

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, content: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
}

/** Opens a page of the report; whatever it complains about fails the test. */
async function open(address: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  const [file, hash] = address.split('#');
  await page.goto(`${pathToFileURL(join(folder, 'coverage', file!)).href}${hash === undefined ? '' : `#${hash}`}`);
  return page;
}

let complaints: string[];

beforeEach(() => {
  complaints = [];
});

const inBrowser = executablePath === undefined ? test.skip : test;
const coverage = () => createCoverageMap(JSON.parse(readFileSync(join(folder, 'coverage', 'coverage-final.json'), 'utf8')) as CoverageMapData);
const taken = (page: Page) => page.evaluate(() => (globalThis as { taken?: number }).taken);
const totals = (page: Page) => page.locator('#totals dd small').allTextContents();
const rows = (page: Page) => page.locator('tbody a').allTextContents();

test('it is one file, with nothing from elsewhere', () => {
  const html = readFileSync(join(folder, 'coverage', 'coverage.html'), 'utf8');
  expect(html).not.toMatch(/\b(?:src|href)="(?!#)/);
  expect(html).not.toContain('window.taken');
  expect(html).toContain("default-src 'none'");
});

inBrowser('every file opens, and its lines are those of the data', async () => {
  const page = await open('coverage.html');
  await page.locator('tbody tr').first().waitFor();
  const map = coverage();
  expect([...await rows(page)].sort()).toEqual([...map.files()].sort());
  for (const path of map.files()) {
    await page.goto(`${page.url().split('#')[0]}#/file/${encodeURIComponent(path)}`);
    await page.locator('.source').waitFor();
    const shown = await page.locator('.source li').evaluateAll((lines) => Object.fromEntries(lines.flatMap((line) =>
      (line.className === '' ? [] : [[line.getAttribute('data-line'), [line.className, line.querySelector('.count')!.textContent]]]))));
    const expected = Object.fromEntries(Object.entries(map.fileCoverageFor(path).getLineCoverage() as Record<string, number>).map(([line, count]) => [line, [count > 0 ? 'hit' : 'miss', `${count}×`]]));
    expect([path, shown]).toEqual([path, expected]);
  }
  expect(await taken(page)).toBeUndefined();
  expect(complaints).toEqual([]);
});

inBrowser('nothing of names and sources is taken for markup, and all of it is shown', async () => {
  const evil = coverage().files().find((path) => path.includes('img'))!;
  const page = await open(`coverage.html#/file/${encodeURIComponent(evil)}`);
  await page.locator('.source').waitFor();
  expect((await page.locator('.source code').allTextContents()).join('\n')).toBe(EVIL_TEXT);
  expect(await page.locator('.source mark').allTextContents()).toEqual(['exports.never();']);
  expect(await page.locator('.source .note').allTextContents()).toEqual(['never true']);
  const pages = await open('index.html');
  for (const link of await pages.locator('td.file a').evaluateAll((links) => links.map((one) => (one as unknown as { href: string }).href))) {
    const response = await pages.goto(link);
    expect([link, response!.ok() || response!.status() === 0]).toEqual([link, true]);
    expect(await taken(pages)).toBeUndefined();
  }
  expect(await taken(page)).toBeUndefined();
  expect(complaints).toEqual([]);
});

inBrowser('what ran it can be chosen: unit tests, Lambda, a function, a run, a phase', async () => {
  const page = await open('coverage.html');
  await page.locator('tbody tr').first().waitFor();
  // statements, branches, functions, lines; Lambda 3 of 4 statements of index.js, unit tests line 3 of it, 2 of 3 of the odd one and all of their own
  expect((await totals(page))[0]).toBe('8/9');
  await page.getByText('Lambda', { exact: true }).click();
  expect((await totals(page))[0]).toBe('3/9');
  await page.getByText('Unit tests', { exact: true }).click();
  expect((await totals(page))[0]).toBe('5/9');
  await page.locator('#function').selectOption('orders');
  expect(await rows(page)).toEqual(['index.js']);
  expect((await totals(page))[0]).toBe('3/4');
  await page.locator('#run').selectOption('run-2');
  await page.locator('#phase').selectOption('init');
  expect(await rows(page)).toEqual(['index.js']);
  expect((await totals(page))[0]).toBe('0/4');
  await page.reload();
  expect(await page.locator('#run').inputValue()).toBe('run-2');
});

inBrowser('it is found, sorted and walked through by the keyboard', async () => {
  const page = await open('coverage.html');
  await page.locator('tbody tr').first().waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('unit-only');
  expect(await rows(page)).toEqual(['lib/unit-only.js']);
  await page.locator('tbody a').focus();
  await page.keyboard.press('Enter');
  await page.locator('.source').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('tbody tr').first().waitFor();
  await page.locator('#search').fill('');
  await page.locator('th button', { hasText: 'statements' }).focus();
  await page.keyboard.press('Enter');
  const shares = (await page.locator('tbody tr td:nth-child(3)').allTextContents()).map((text) => parseFloat(text));
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(await page.locator('th[aria-sort=ascending]').textContent()).toBe('statements');
  await page.locator('.map a:not(.folder)').first().focus();
  await page.keyboard.press('Enter');
  await page.locator('.source').waitFor();
  expect(complaints).toEqual([]);
});

inBrowser('it fits narrow windows, and is dark where that is wanted', async () => {
  const narrow = await open('coverage.html', { viewport: { width: 360, height: 700 } });
  await narrow.locator('tbody tr').first().waitFor();
  const overflow = (page: Page) => page.evaluate('document.documentElement.scrollWidth - innerWidth');
  expect(await overflow(narrow)).toBeLessThanOrEqual(0);
  await narrow.locator('tbody a').first().click();
  await narrow.locator('.source').waitFor();
  expect(await overflow(narrow)).toBeLessThanOrEqual(0);
  const background = async (colorScheme: 'light' | 'dark') => (await open('coverage.html', { colorScheme })).evaluate('getComputedStyle(document.body).backgroundColor');
  expect([await background('light'), await background('dark')]).toEqual(['rgb(255, 255, 255)', 'rgb(13, 17, 23)']);
});

inBrowser('ten thousand files are shown', async () => {
  const files = Array.from({ length: 10_000 }, (_, index) => `many/folder-${index % 100}/file-${index}.js`);
  const statement = { start: { line: 1, column: 0 }, end: { line: 1, column: 14 } };
  const shape = (path: string, count: number) => ({
    path, statementMap: { 0: statement }, fnMap: {}, branchMap: {}, s: { 0: count }, f: {}, b: {},
  });
  files.forEach((file) => write(file, 'exports.x = 1;\n'));
  write('many.json', JSON.stringify(Object.fromEntries(files.map((file, index) => [file, shape(file, index % 2)]))));
  const args = ['report', 'bucket', '--unit', 'many.json', '--format', 'html-single,text-summary', '--output', 'coverage/many'];
  expect(await lambdaCoverage(args, { cwd: folder })).toMatchObject({ exitCode: 0, stderr: '' });
  const page = await open('many/coverage.html');
  await page.locator('tbody tr').first().waitFor();
  expect(await page.locator('tbody tr').count()).toBe(200);
  expect(await page.locator('.key').textContent()).toContain('largest of 10001 files');
  await page.locator('.more').click();
  expect(await page.locator('tbody tr').count()).toBe(400);
  await page.locator('#search').fill('file-9999.js');
  expect(await rows(page)).toEqual(['many/folder-99/file-9999.js']);
  expect(complaints).toEqual([]);
});

test('reports that nobody asked for are not written', () => {
  expect(existsSync(join(folder, 'coverage', 'lcov.info'))).toBe(false);
});
