import type { FunctionCoverage, V8RawCoverage } from '../../contract/raw-coverage';

/** Merging goes as deep as blocks are nested. Code that people write has tens, a generated chain of conditionals some hundred. */
const MAX_DEPTH = 1_000;

/**
 * What merging takes for granted: that a function's ranges are in the order of the source and each inside of the one around.
 *
 * @throws Error that names the range which is not
 */
export function checkNesting(raw: V8RawCoverage): void {
  raw.result.forEach(({ functions, path }) => functions.forEach((coverage) => checkFunctionNesting(coverage, path)));
}

/** @throws Error that names the range which is not */
export function checkFunctionNesting(coverage: FunctionCoverage, path = 'a script'): void {
  const wrong = firstNotNested(coverage);
  if (wrong !== undefined) {
    throw new Error(`the ranges of function '${coverage.functionName}' of ${path} are not nested as V8 nests them, from ${wrong} on`);
  }
}

/** @returns the offset where the first block begins that is empty, out of order, partly in another, or too deep */
function firstNotNested({ ranges: [whole, ...blocks] }: FunctionCoverage): number | undefined {
  const around = [whole!.endOffset];
  let last = whole!.startOffset;
  for (const { startOffset, endOffset } of blocks) {
    while (around.length > 0 && around.at(-1)! <= startOffset) {
      around.pop();
    }
    if (startOffset < last || endOffset <= startOffset || endOffset > (around.at(-1) ?? 0) || around.length === MAX_DEPTH) {
      return startOffset;
    }
    around.push(endOffset);
    last = startOffset;
  }
  return undefined;
}
