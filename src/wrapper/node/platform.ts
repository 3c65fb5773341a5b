/**
 * What the wrapper needs from the platform, taken before the user's code runs: users patch timers, `http`, `https` and
 * `process`, and nothing of theirs may see our calls or change them.
 */
import * as fs from 'node:fs';
import * as http from 'node:http';

const { setTimeout: startTimer, clearTimeout, setImmediate } = globalThis;
const { parse: parseJson, stringify } = JSON;
const { now } = Date;
const { writeSync } = fs;
const httpRequest = http.request;

export { clearTimeout, httpRequest, now, parseJson, setImmediate, stringify };

/** Calls back once after some milliseconds, without keeping the event loop alive: a callback handler waits for it to be empty. */
export function unreferencedTimer(milliseconds: number, callback: () => void): NodeJS.Timeout {
  return startTimer(callback, milliseconds).unref();
}

/** Calls back once after some turns of the event loop. */
export function afterTurns(turns: number, callback: () => void): void {
  setImmediate(() => (turns <= 1 ? callback() : afterTurns(turns - 1, callback)));
}

export function writeLine(text: string): void {
  writeSync(2, `${text}\n`);
}
