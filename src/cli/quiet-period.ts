import { setTimeout as sleep } from 'node:timers/promises';
import type { Selector } from '../combiner/reading/selection';
import type { CoverageStore } from '../combiner/stores/store';

export interface QuietPeriod {
  /** So long nothing new has to come, in milliseconds. */
  readonly quiet: number;
  /** So long it is waited for that, in milliseconds. */
  readonly longest: number;
}

/** How often the store is asked, at most and at least, in milliseconds. */
const BETWEEN_LISTINGS = { least: 200, most: 10_000 };

/**
 * Waits until no object of interest has come for a while.
 *
 * @returns what there is to say of it
 */
export async function waitForQuiet(store: CoverageStore, selector: Selector, { quiet, longest }: QuietPeriod): Promise<string> {
  const started = Date.now();
  let count = await countOf(store, selector);
  let since = Date.now();
  for (;;) {
    const waited = Date.now() - started;
    const still = since + quiet - Date.now();
    if (still <= 0) {
      return `no new object in ${store.location} for ${seconds(quiet)}, waited ${seconds(waited)}: ${count} objects`;
    }
    if (waited >= longest) {
      return `new objects still come after ${seconds(waited)}: what has come by now is reported, ${count} objects`;
    }
    await sleep(Math.min(still, longest - waited, Math.max(BETWEEN_LISTINGS.least, Math.min(BETWEEN_LISTINGS.most, quiet / 4))));
    const now = await countOf(store, selector);
    if (now !== count) {
      count = now;
      since = Date.now();
    }
  }
}

async function countOf(store: CoverageStore, selector: Selector): Promise<number> {
  let count = 0;
  for await (const key of store.rawKeys()) {
    count += Number(selector.mayHold(key));
  }
  return count;
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 100) / 10} s`;
}
