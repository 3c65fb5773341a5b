import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { OrphanReaper } from './orphan-reaper';

export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProcessUsage {
  /** Resident memory now, and at its highest. */
  readonly rssBytes: number;
  readonly peakRssBytes: number;
  /** Processor time of all threads since the start of the process. */
  readonly cpuMs: number;
}

export interface ProcessOptions {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly environment: Record<string, string>;
  readonly onLine: (line: string) => void;
  readonly reaper: OrphanReaper;
}

/** Stragglers of a dead process group can keep its output open; the lines they may still write are not worth more. */
const OUTPUT_GRACE_MS = 500;

/** The process that the runtime and the user's code run in, with all that it starts: a process group. */
export class FunctionProcess {
  public readonly pid: number;
  /** Resolves once the process has ended, its group has been killed and its output has been read. */
  public readonly ended: Promise<ProcessEnd>;
  /** Connections that the runtime client finds at descriptors 3 and 4. */
  public readonly connections: readonly Socket[];
  private stopped = false;
  private running = true;

  constructor(private readonly options: ProcessOptions) {
    const [file, ...args] = options.command;
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: options.environment,
      // leads a group (and a session) of its own, which signals can be sent to as a whole
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    });
    if (child.pid === undefined) {
      child.on('error', () => undefined);
      throw new Error(`cannot start ${file} in ${options.cwd}: the file or the folder does not exist`);
    }
    this.pid = child.pid;
    options.reaper.watch(child.pid);
    this.connections = [child.stdio[3] as Socket, child.stdio[4] as Socket];
    for (const output of [child.stdout!, child.stderr!]) readLines(output, options.onLine);
    this.ended = this.end(child);
  }

  public get frozen(): boolean {
    return this.stopped;
  }

  public get alive(): boolean {
    return this.running;
  }

  public freeze(): void {
    this.stopped = this.signalGroup('SIGSTOP');
  }

  public thaw(): void {
    this.stopped = false;
    this.signalGroup('SIGCONT');
  }

  public async kill(): Promise<ProcessEnd> {
    this.signalGroup('SIGKILL');
    return this.ended;
  }

  /** SIGTERM to the process, and SIGKILL to what is left of the group after that time. */
  public async terminate(graceMs: number): Promise<ProcessEnd> {
    this.thaw();
    if (this.running) process.kill(this.pid, 'SIGTERM');
    const timer = setTimeout(() => this.signalGroup('SIGKILL'), graceMs);
    return this.ended.finally(() => clearTimeout(timer));
  }

  /** From `/proc`; undefined where there is none, and once the process has ended. */
  public async usage(): Promise<ProcessUsage | undefined> {
    try {
      const status = await readFile(`/proc/${this.pid}/status`, 'utf8');
      const threads = await readdir(`/proc/${this.pid}/task`);
      const runTimes = await Promise.all(threads.map(async (thread) => readFile(`/proc/${this.pid}/task/${thread}/schedstat`, 'utf8')));
      return {
        rssBytes: kilobytes(status, 'VmRSS') * 1024,
        peakRssBytes: kilobytes(status, 'VmHWM') * 1024,
        // in nanoseconds, where /proc/<pid>/stat counts hundredths of a second
        cpuMs: runTimes.reduce((sum, schedstat) => sum + Number(schedstat.split(' ')[0]), 0) / 1e6,
      };
    } catch {
      return undefined;
    }
  }

  private async end(child: ChildProcess): Promise<ProcessEnd> {
    const closed = once(child, 'close');
    const [exitCode, signal] = await once(child, 'exit') as [number | null, NodeJS.Signals | null];
    this.signalGroup('SIGKILL');
    this.running = false;
    this.stopped = false;
    this.options.reaper.release(this.pid);
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([closed, new Promise((resolve) => { timer = setTimeout(resolve, OUTPUT_GRACE_MS); })]);
    clearTimeout(timer);
    return { exitCode, signal };
  }

  private signalGroup(signal: NodeJS.Signals): boolean {
    if (!this.running) return false;
    try {
      process.kill(-this.pid, signal);
      return true;
    } catch {
      // the group ended in the meantime
      return false;
    }
  }
}

/** Line feeds only: the runtime puts carriage returns in the place of those within a message. */
function readLines(output: Readable, onLine: (line: string) => void): void {
  let rest = '';
  output.setEncoding('utf8');
  output.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    lines.forEach(onLine);
  });
  output.on('end', () => {
    if (rest !== '') onLine(rest);
  });
}

function kilobytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
}
