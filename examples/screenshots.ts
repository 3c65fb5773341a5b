/** Pictures of the report that the demo wrote, for the documentation. */
import { existsSync, mkdirSync } from 'node:fs';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { chromiumPath } from '../test/cli/browser';

const REPORT = path.join(__dirname, 'orders', 'coverage', 'coverage.html');
const IMAGES = path.join(__dirname, '..', 'docs', 'images');

const PICTURES = [
  { name: 'report', width: 1100, height: 760, colorScheme: 'light', address: '' },
  { name: 'report-file', width: 1100, height: 620, colorScheme: 'dark', address: '#/file/examples%2Forders%2Fsrc%2Fpricing%2Fdiscounts.ts' },
] as const;

async function main(): Promise<void> {
  const executablePath = chromiumPath();
  if (executablePath === undefined || !existsSync(REPORT)) {
    throw new Error('pictures need Chromium, and the report of npm run demo');
  }
  mkdirSync(IMAGES, { recursive: true });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  for (const { name, width, height, colorScheme, address } of PICTURES) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme });
    await page.goto(pathToFileURL(REPORT).href + address);
    await page.locator('.source, tbody tr').first().waitFor();
    await page.screenshot({ path: path.join(IMAGES, `${name}.png`) });
  }
  await browser.close();
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
