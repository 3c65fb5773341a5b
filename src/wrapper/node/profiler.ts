import { Session, type Profiler as V8 } from 'node:inspector';

/**
 * V8's block coverage, in process and synchronous, in count mode.
 *
 * Count mode, because in binary mode a take leaves out what a function covered after it had covered all its blocks once,
 * and the combiner needs counts to tell an implicit `else`. Started before the user's module loads: a function that was
 * compiled earlier has no blocks.
 */
export class Profiler {
  /** @throws Error if the inspector is not to be had, as where Node.js was built without it */
  public static start(): Profiler {
    const session = new Session();
    session.connect();
    const profiler = new Profiler(session);
    profiler.post('Profiler.enable');
    profiler.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    return profiler;
  }

  private constructor(private readonly session: Session) {}

  /**
   * What ran since the take before; each take resets the counters.
   *
   * @throws Error if somebody stopped coverage in this process
   */
  public take(): V8.ScriptCoverage[] {
    return this.post<V8.TakePreciseCoverageReturnType>('Profiler.takePreciseCoverage').result;
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
