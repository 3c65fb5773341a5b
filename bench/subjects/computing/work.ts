/** What a handler that only computes is asked, and says. */
export interface WorkEvent {
  readonly size: number;
}

export interface WorkAnswer {
  /** Depends on all of the work, so that none of it can be left out. */
  readonly checksum: number;
  /** How long the work took, in milliseconds. */
  readonly workMs: number;
}

/** A handler that makes its input, and measures what it does with it. */
export function measured<Input>(make: (size: number) => Input, work: (input: Input) => number): (event: WorkEvent) => Promise<WorkAnswer> {
  return async ({ size }) => {
    const input = make(size);
    const start = performance.now();
    const checksum = work(input);
    return { checksum, workMs: performance.now() - start };
  };
}
