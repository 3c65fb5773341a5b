import { existsSync, mkdtempSync, rmdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** "At 1,769 MB, a function has the equivalent of one vCPU": https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const MEGABYTES_OF_ONE_PROCESSOR = 1_769;
/** In microseconds. That of Lambda is not documented. */
const PERIOD = 20_000;

/** Where Linux keeps the control groups that limit a processor, by the version of their interface, and how a group is told its quota. */
const HIERARCHIES = [
  { parent: '/sys/fs/cgroup/cpu', limit: (quota: number) => ({ 'cpu.cfs_period_us': String(PERIOD), 'cpu.cfs_quota_us': String(quota) }) },
  { parent: '/sys/fs/cgroup', limit: (quota: number) => ({ 'cpu.max': `${quota} ${PERIOD}` }) },
];

/** A control group with the share of one processor that Lambda gives a function of that memory size. */
export class ProcessorLimit {
  /** What stands in the way of limits on this machine, or nothing. */
  public static obstacle(): string | undefined {
    try {
      rmdirSync(ProcessorLimit.newGroup(MEGABYTES_OF_ONE_PROCESSOR));
      return undefined;
    } catch (error) {
      return `limiting a processor takes Linux and the right to make control groups, which root has: ${(error as Error).message}`;
    }
  }

  /** @throws Error where there is an obstacle */
  public static of(memorySize: number): ProcessorLimit {
    return new ProcessorLimit(ProcessorLimit.newGroup(memorySize));
  }

  private static newGroup(memorySize: number): string {
    const hierarchy = HIERARCHIES.find(({ parent }) => existsSync(path.join(parent, 'cgroup.procs')));
    if (!hierarchy) {
      throw new Error(`there is none of ${HIERARCHIES.map(({ parent }) => parent).join(' and ')}`);
    }
    const group = mkdtempSync(path.join(hierarchy.parent, `local-lambda-${process.pid}-`));
    try {
      const quota = Math.round((PERIOD * memorySize) / MEGABYTES_OF_ONE_PROCESSOR);
      for (const [file, text] of Object.entries(hierarchy.limit(quota))) writeFileSync(path.join(group, file), text, { flag: 'r+' });
    } catch (error) {
      rmdirSync(group);
      throw error;
    }
    return group;
  }

  private constructor(private readonly group: string) {}

  /** The command that enters the group and becomes the other command. */
  public around(command: readonly string[]): string[] {
    return ['/bin/sh', '-c', 'echo $$ > "$0" && exec "$@"', path.join(this.group, 'cgroup.procs'), ...command];
  }

  /** When all that was in it has ended. The kernel takes a moment to notice. */
  public async remove(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return rmdirSync(this.group);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || attempt === 50) throw error;
        await delay(20);
      }
    }
  }
}
