import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';

/** Keeps the last line that it reads, and when there are no more, kills the process groups that the line names. */
const SCRIPT = 'while read -r line; do groups=$line; done; for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done';

/**
 * A shell that kills process groups once this process is gone, however it went. Without it a frozen process would stay
 * for ever: it does not run, so it cannot notice that its parent has died.
 */
export class OrphanReaper {
  private readonly groups = new Set<number>();
  private readonly shell: ChildProcess;

  constructor() {
    // in a session of its own, so that Ctrl-C does not end it before it has done its work
    this.shell = spawn('/bin/sh', ['-c', SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    this.shell.on('error', () => undefined);
    this.shell.stdin!.on('error', () => undefined);
    this.shell.unref();
  }

  public watch(group: number): void {
    this.groups.add(group);
    this.tell();
  }

  public release(group: number): void {
    this.groups.delete(group);
    this.tell();
  }

  public close(): void {
    this.groups.clear();
    this.tell();
    this.shell.stdin!.end();
  }

  private tell(): void {
    this.shell.stdin!.write(`${[...this.groups].join(' ')}\n`);
  }
}
