import { optionsOf, type CoverageConfigOptions } from './coverage-config';
import { readSettings } from './process-settings';
import { processCollection } from '../process-collection';

/** What {@link getCoverageStatus} answers. */
export interface CoverageStatus {
  /** Whether coverage has been started in this process. */
  readonly initialized: boolean;
  /** Whether what runs now is collected: invocations are, or a `CoverageContext` is open. */
  readonly active: boolean;
  /** What coverage was started with, or would be; without `s3Bucket` where none is set. */
  readonly config: Partial<CoverageConfigOptions>;
}

/** The state of coverage in this process. Never throws. Mirrors `get_coverage_status` of the reference. */
export function getCoverageStatus(): CoverageStatus {
  const collection = processCollection();
  return {
    initialized: collection !== undefined,
    active: collection?.isTracking ?? false,
    config: optionsOf(collection?.settings ?? readSettings().settings),
  };
}
