/** What counts the parts of a function that run. */
export enum CoverageEngine {
  /**
   * V8's own block coverage. Works with any code; on Node.js 22 and 24 code that computes much is slower by a multiple while it is covered.
   */
  V8 = 'v8',

  /**
   * Counters that are built into the function's own code when the app is synthesized. Costs some per cent, uploads some hundred bytes, and is
   * exact where V8 is not. The code has to be a folder with JavaScript: what `NodejsFunction` bundles, or `Code.fromAsset` of a folder.
   */
  INSTRUMENTED = 'instrumented',

  /** Counters where they can be built in, else V8; a warning that can be acknowledged says where that is so. */
  AUTO = 'auto',
}
