import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const LIMIT_MS = 60_000;

interface StartedServer {
  readonly child: ChildProcess;
  readonly answers: () => Promise<boolean>;
  readonly log: () => string;
}

/**
 * Waits until a server that was started answers.
 *
 * @throws Error with what it printed where it has ended, or does not answer within a minute
 */
export async function untilReady(name: string, { child, answers, log }: StartedServer): Promise<void> {
  const end = Date.now() + LIMIT_MS;
  while (!await answers()) {
    if (child.exitCode !== null || Date.now() > end) {
      throw new Error(`${name} does not start:\n${log()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Ends a server, by force where it has not ended after ten seconds. */
export async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(kill);
  }
}
