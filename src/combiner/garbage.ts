import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What is in use is far less, but for the syntax tree of one script. */
const MUCH = 128 * 1024 * 1024;

let collect: (() => void) | undefined;
/** What was in use when it was looked at last, that of others in the process included. */
let kept = 0;

/**
 * Has V8 look for garbage where much has come together. By itself it lets the heap of a process that may have some gigabytes grow to several
 * times of what is in use, and the syntax trees of bundles are a hundred megabytes each; a function of Lambda is paid for by its memory.
 */
export function collectGarbage(): void {
  if (process.memoryUsage().heapUsed < Math.max(MUCH, kept + MUCH / 2)) {
    return;
  }
  if (!collect) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
  kept = process.memoryUsage().heapUsed;
}
