/**
 * Makes the pictures in docs/images, by `npm run docs:pictures`: the command line in a terminal, and reports in a browser, both of the example as
 * it runs here. Needs Chromium, and `script` of util-linux for the terminal.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import type { ExampleEvent } from '../../examples/orders/events';
import { synthesizeOrders } from '../../examples/orders/synthesize';
import { chromiumPath } from '../cli/browser';
import { LocalCloudFormation } from '../cli/local-cloudformation';
import { LocalDeployment } from '../lambda/local-deployment';
import { SynthesizedApp } from '../lambda/synthesized-app';

const ROOT = path.resolve(__dirname, '../..');
const IMAGES = path.join(ROOT, 'docs', 'images');
const COLUMNS = 100;
const SCALE = 2;

interface View {
  readonly colorScheme: 'light' | 'dark';
  readonly height: number;
  /** How far down, in pixels. */
  readonly scroll?: number;
}

interface DeployedTemplate {
  readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
}

/** What is typed in each terminal. */
const SESSIONS: Record<string, readonly string[]> = {
  'terminal-report': ['npx lambda-coverage report --app cdk.out'],
  'terminal-check': ['npx lambda-coverage check --app cdk.out --lines 90 --functions 80', 'echo $?'],
  'terminal-doctor': ['npx lambda-coverage ls --app cdk.out', 'npx lambda-coverage doctor --app cdk.out'],
};

async function main(): Promise<void> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) {
    throw new Error('pictures need Chromium');
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'pictures-'));
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const assembly = path.join(folder, 'cdk.out');
    await synthesizeOrders(assembly);
    const deployment = await LocalDeployment.start(new SynthesizedApp(assembly, 'Orders', 'orders-coverage'), { node: 'current' });
    const template = JSON.parse(readFileSync(path.join(assembly, 'Orders.template.json'), 'utf8')) as DeployedTemplate;
    const cloudFormation = await LocalCloudFormation.start({ resources: physicalIds(template), templates: { Orders: template } });
    try {
      for (const event of JSON.parse(readFileSync(path.join(ROOT, 'examples', 'orders', 'events.json'), 'utf8')) as ExampleEvent[]) {
        await deployment.invoke(event.function, event.event);
      }
      await deployment.settled();
      const env = { PATH: process.env.PATH, ...deployment.s3.environment(), ...cloudFormation.environment() };
      for (const [name, commands] of Object.entries(SESSIONS)) {
        await photographTerminal(browser, name, await record(commands, folder, env));
      }
      await record([`npx lambda-coverage report --app ${assembly} --root ${ROOT} --output ${path.join(folder, 'coverage')} --format html-single`], ROOT, env);
    } finally {
      await deployment.stop();
      await cloudFormation.stop();
    }
    const page = pathToFileURL(path.join(folder, 'coverage', 'coverage.html')).href;
    await photograph(browser, 'report', page, { colorScheme: 'light', height: 760 });
    await photograph(browser, 'report-file', `${page}#/file/${encodeURIComponent('examples/orders/src/create-order.ts')}`, { colorScheme: 'dark', height: 760, scroll: 1200 });
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The names that things would have been given in AWS: functions those of their constructs, as the local Lambda has them. */
function physicalIds({ Resources }: DeployedTemplate): Record<string, string> {
  return Object.fromEntries(Object.entries(Resources).map(([id, { Type }]) => [`Orders/${id}`, Type === 'AWS::S3::Bucket' ? 'orders-coverage' : id.replace(/[0-9A-F]{8}$/, '')]));
}

/** What a terminal shows in which these are typed: what the commands write to it, with its colours and its progress. */
async function record(commands: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  const cli = `${process.execPath} ${path.join(ROOT, 'assets', 'cli', 'lambda-coverage.js')}`;
  // the last command's exit code is for the next one
  const typed = commands.map((command) => `code=$?; printf '\\033[32m$\\033[0m %s\\n' ${quoted(command)}; (exit $code); ${command.replace('npx lambda-coverage', cli)}`);
  const script = `stty cols ${COLUMNS}; ${typed.join('; ')}`;
  // not synchronous, since the servers are in this process
  const child = spawn('script', ['-qc', `bash -c ${quoted(script)}`, '/dev/null'], { cwd, env: { ...env, TERM: 'xterm-256color', SHELL: '/bin/bash' }, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  for await (const chunk of child.stdout) {
    output += String(chunk);
  }
  return output.replaceAll(cwd, '~/shop');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** By xterm.js, as far down as something is written. */
async function photographTerminal(browser: Browser, name: string, output: string): Promise<void> {
  const xterm = path.dirname(require.resolve('@xterm/xterm/package.json'));
  const html = path.join(mkdtempSync(path.join(tmpdir(), 'terminal-')), 'terminal.html');
  writeFileSync(html, `<!doctype html><meta charset="utf-8">
<link rel="stylesheet" href="${pathToFileURL(path.join(xterm, 'css/xterm.css')).href}">
<script src="${pathToFileURL(path.join(xterm, 'lib/xterm.js')).href}"></script>
<style>body { margin: 0; background: #fff; } #frame { display: inline-block; padding: 14px 16px; background: #1e2227; } .xterm-viewport { overflow: hidden !important; }</style>
<div id="frame"><div id="terminal"></div></div>`);
  const page = await browser.newPage({ deviceScaleFactor: SCALE });
  await page.goto(pathToFileURL(html).href);
  await page.evaluate(async ({ text, columns }) => {
    const { Terminal } = globalThis as unknown as { Terminal: new (options: object) => any };
    const options = { cols: columns, rows: 200, fontFamily: 'DejaVu Sans Mono, monospace', fontSize: 13, cursorInactiveStyle: 'none', theme: { background: '#1e2227' } };
    const terminal = new Terminal(options);
    terminal.open((globalThis as any).document.getElementById('terminal'));
    await new Promise<void>((resolve) => terminal.write(text, resolve));
    terminal.write('\u001b[?25l');
    terminal.resize(columns, terminal.buffer.active.baseY + terminal.buffer.active.cursorY + 1);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }, { text: output.trimEnd(), columns: COLUMNS });
  await page.locator('#frame').screenshot({ path: path.join(IMAGES, `${name}.png`) });
  await page.close();
  rmSync(path.dirname(html), { recursive: true });
}

async function photograph(browser: Browser, name: string, address: string, { colorScheme, height, scroll = 0 }: View): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1100, height }, colorScheme });
  await page.goto(address);
  await page.mouse.wheel(0, scroll);
  await page.waitForTimeout(500);
  await page.screenshot({ path: path.join(IMAGES, `${name}.png`) });
  await page.close();
}

void main();
