/** Which invocations upload their coverage. */
export enum UploadMode {
  /** Each one, with what ran in it: the objects of any time window are complete. */
  EVERY_INVOCATION = 'every-invocation',
  /**
   * Those that covered something that their execution environment had not covered before on that UTC day; the others make
   * no request. The objects of each UTC day are complete, those of a shorter time window are not.
   */
  ON_CHANGE = 'on-change',
}
