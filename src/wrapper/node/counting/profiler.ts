import type { Session, Profiler as V8 } from 'node:inspector';
import { Script } from 'node:vm';
import { inspector } from '../platform';

/** What became of the counters since the take before, if somebody else in the process has been at them. */
export type Interruption = 'stopped' | 'taken';

export interface Take {
  readonly scripts: readonly V8.ScriptCoverage[];
  /**
   * `stopped`: V8 counted no blocks for a while, and of what was compiled before it never will again; functions whose blocks
   * are not known are left out. `taken`: another session has what ran before its take.
   */
  readonly interruption?: Interruption;
}

/** Of the script that shows whether V8 counts; no file. */
const PULSE_URL = 'coverage-wrapper-pulse';
/** Blocks, so that V8 has something to count; run twice, so that "how often" differs from "whether". */
const PULSE = '(beat) => { if (beat) { return 1; } return 0; }';

/**
 * V8's block coverage, in process and synchronous, in count mode.
 *
 * Count mode, because in binary mode a take leaves out what a function covered after it had covered all its blocks once,
 * and the combiner needs counts to tell an implicit `else`. Started before the user's module loads: a function that was
 * compiled earlier has no blocks.
 *
 * The counters belong to the process, not to the session: a user who takes a CPU profile and then disconnects, as profilers
 * do, stops them. A function of our own shows it, which runs twice after each take: the next take has to find just that.
 */
export class Profiler {
  /** @throws Error if the inspector is not to be had, as where Node.js was built without it */
  public static start(): Profiler {
    const session = new (inspector().Session)();
    session.connect();
    const profiler = new Profiler(session);
    profiler.post('Profiler.enable');
    profiler.count();
    return profiler;
  }

  private pulse?: (beat: boolean) => number;
  private starts = 0;

  private constructor(private readonly session: Session) {}

  /** What ran since the take before; each take resets the counters. */
  public take(): Take {
    const { result } = this.post<V8.TakePreciseCoverageReturnType>('Profiler.takePreciseCoverage');
    const interruption = this.interruption(result);
    if (interruption) {
      this.count(); // who has taken may have stopped as well, which cannot be seen
    } else {
      this.beat();
    }
    return { scripts: result.map(withKnownBlocks), ...(interruption && { interruption }) };
  }

  private count(): void {
    this.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    // another text each time, since V8 keeps what it compiled: what it compiled before has no blocks any more
    this.pulse = new Script(`${PULSE}//${this.starts++}`, { filename: PULSE_URL }).runInThisContext() as (beat: boolean) => number;
    this.beat();
  }

  private beat(): void {
    this.pulse?.(true);
    this.pulse?.(true);
  }

  private interruption(result: readonly V8.ScriptCoverage[]): Interruption | undefined {
    const beats = result.filter(({ url }) => url === PULSE_URL).flatMap(({ functions }) => functions).filter(({ ranges }) => ranges[0]!.count > 0);
    const [pulse] = beats.slice(-1);
    if (!pulse) {
      return 'taken';
    }
    return pulse.isBlockCoverage && pulse.ranges[0]!.count === 2 ? undefined : 'stopped';
  }

  /** A session in the same process is answered before `post` returns. */
  private post<T>(method: string, parameters?: object): T {
    let answer: { error: Error | null; value?: T } | undefined;
    this.session.post(method, parameters, (error: Error | null, value?: object) => {
      answer = { error, value: value as T };
    });
    if (!answer) {
      throw new Error(`${method} was not answered`);
    }
    if (answer.error) {
      throw new Error(`${method}: ${answer.error.message}`);
    }
    return answer.value!;
  }
}

/**
 * Without its blocks a function that ran would pass for covered as a whole. All that V8 compiles while it counts has them; what was
 * compiled before, such as code that was preloaded, does not.
 */
function withKnownBlocks(script: V8.ScriptCoverage): V8.ScriptCoverage {
  return { ...script, functions: script.functions.filter(({ isBlockCoverage, ranges }) => isBlockCoverage || ranges[0]!.count === 0) };
}
