/** The package comes without types. */
declare module '@bcoe/v8-coverage' {
  interface FunctionCov {
    readonly functionName: string;
    readonly isBlockCoverage: boolean;
    readonly ranges: ReadonlyArray<{ readonly startOffset: number; readonly endOffset: number; readonly count: number }>;
  }

  /** Adds up the counts of functions of the same range. */
  export function mergeFunctionCovs(functions: readonly FunctionCov[]): FunctionCov;
}
