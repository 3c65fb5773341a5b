/**
 * What the wrapper needs from the platform, taken before the user's code runs: users patch timers, `http`, `Date` and
 * `process`, and nothing of theirs may see our calls or change them.
 */
import { createRequire } from 'node:module';
import { connect } from 'node:net';

/** Parts of Node.js, past any hook that the user may put on `require`. */
const load = (process.getBuiltinModule ?? createRequire('/')) as (id: string) => unknown;

const { setTimeout: startTimer, clearTimeout, setImmediate, Date: Clock } = globalThis;
const { now } = Clock;
const { parse: parseJson, stringify } = JSON;
const { random } = Math;
const { then: promiseThen } = Promise.prototype;
/** Not imported: a module of Node's shows an importer all of its exports, and `http` with them loads `fetch`, 30 ms from Node.js 22 on. */
const { Agent: HttpAgent, request: httpRequest } = load('node:http') as typeof import('node:http');
const { existsSync, readFileSync, realpathSync, writeSync } = load('node:fs') as typeof import('node:fs');
const { isPromise } = (load('node:util') as typeof import('node:util')).types;

export {
  clearTimeout, Clock, connect, existsSync, HttpAgent, httpRequest, isPromise, now, parseJson, promiseThen, random, readFileSync, realpathSync,
  setImmediate, stringify,
};

/** What the runtime has not loaded and the first invocation does not need, 10 to 17 ms of a cold start: loaded after its answer. */
export const crypto = () => load('node:crypto') as typeof import('node:crypto');
export const https = () => load('node:https') as typeof import('node:https');
export const zlib = () => load('node:zlib') as typeof import('node:zlib');

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
