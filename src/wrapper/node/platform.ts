/**
 * What the wrapper needs from the platform, taken before the user's code runs: users patch timers, `http`, `Date` and
 * `process`, and nothing of theirs may see our calls or change them.
 */
import { createRequire } from 'node:module';

/** Parts of Node.js, past any hook that the user may put on `require`. */
const load = (process.getBuiltinModule ?? createRequire('/')) as (id: string) => unknown;

const { setTimeout: startTimer, clearTimeout, setImmediate, Date: Clock } = globalThis;
const { now } = Clock;
const { parse: parseJson, stringify } = JSON;
const { random } = Math;
const { then: promiseThen } = Promise.prototype;
const { connect } = load('node:net') as typeof import('node:net');
/** Not imported: a module of Node's shows an importer all of its exports, and `http` with them loads `fetch`, 30 ms from Node.js 22 on. */
const { Agent: HttpAgent, request: httpRequest } = load('node:http') as typeof import('node:http');
const { promisify, types: { isPromise } } = load('node:util') as typeof import('node:util');
const fs = load('node:fs') as typeof import('node:fs');
const { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmdirSync, unlinkSync, writeFileSync, writeSync } = fs;
/** Not those of `fs.promises`, which is loaded when it is asked for, 3 ms. */
const [access, mkdir, writeFile] = [promisify(fs.access), promisify(fs.mkdir), promisify(fs.writeFile)];

export {
  access, clearTimeout, Clock, connect, existsSync, HttpAgent, httpRequest, isPromise, mkdir, mkdirSync, now, parseJson, promiseThen, random,
  readdirSync, readFileSync, realpathSync, renameSync, rmdirSync, setImmediate, startTimer, stringify, unlinkSync, writeFile, writeFileSync,
};

/** What the runtime has not loaded, 10 to 17 ms of a cold start: loaded when it is needed, which for most is after the first answer. */
export const crypto = () => load('node:crypto') as typeof import('node:crypto');
export const https = () => load('node:https') as typeof import('node:https');
export const inspector = () => load('node:inspector') as typeof import('node:inspector');
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

/** Waits for something, however it ends, but not longer than so many milliseconds; what is not done then goes on when it can. */
export async function within(milliseconds: number, done: Promise<unknown>, { keepsAlive }: { keepsAlive: boolean }): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = startTimer(resolve, Math.max(0, milliseconds));
    if (!keepsAlive) {
      timer.unref();
    }
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    done.then(end, end);
  });
}
