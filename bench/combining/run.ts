import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import * as path from 'node:path';
import { performance } from 'node:perf_hooks';
import { CODE, FOLDER } from './data-set';
import { TOOLS, type Tool, type ToolName } from './tools';

/** A tool that takes longer is ended. */
const MAX_MINUTES = 10;

export interface Outcome {
  /** Nothing where it did not come to its end. */
  readonly seconds?: number;
  /** Peak of resident memory. */
  readonly megabytes?: number;
  readonly failure?: 'out of memory' | 'too long';
}

/**
 * Runs a tool once, in a process of its own.
 *
 * @throws Error if it fails for another reason than memory or time, or makes no report
 */
export async function run(name: ToolName, input: string, environment: Record<string, string> = {}): Promise<Outcome> {
  const output = path.join(FOLDER, 'report');
  const peak = path.join(FOLDER, 'peak');
  rmSync(output, { recursive: true, force: true });
  rmSync(peak, { force: true });
  const tool: Tool = TOOLS[name];
  const args = ['--require', path.join(__dirname, 'peak-memory.cjs'), ...tool.args(input, output)];
  const start = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: CODE, env: { ...process.env, ...environment, PEAK_MEMORY_FILE: peak }, stdio: ['ignore', 'ignore', 'pipe'], timeout: MAX_MINUTES * 60_000, killSignal: 'SIGKILL',
  });
  let errors = '';
  child.stderr!.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString('utf8')).slice(-4_000)));
  const [code, signal] = await once(child, 'close') as [number | null, string | null];
  const seconds = (performance.now() - start) / 1_000;
  if (signal === 'SIGKILL' && seconds > MAX_MINUTES * 60 - 5) {
    return { failure: 'too long' };
  }
  if (signal !== null || /heap out of memory|Invalid string length|Cannot create a string longer|Invalid array length/.test(errors)) {
    return { failure: 'out of memory' };
  }
  const report = path.join(output, 'coverage-final.json');
  if (code !== 0 || !existsSync(report) || statSync(report).size < 1_000) {
    throw new Error(`${TOOLS[name].title} failed with ${code}: ${errors}`);
  }
  return { seconds, megabytes: Number(readFileSync(peak, 'utf8')) / 1_024 };
}
