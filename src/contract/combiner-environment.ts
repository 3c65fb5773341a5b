/** What a combiner's function is told beside the bucket and the formats. */

/** Whether CloudWatch metrics are written; they are, if it is not `false`. */
export const METRICS_VARIABLE = 'COVERAGE_METRICS';

export function encodeMetrics(metrics: boolean): Record<string, string> {
  return metrics ? {} : { [METRICS_VARIABLE]: 'false' };
}

export function decodeMetrics(environment: Readonly<Record<string, string | undefined>>): boolean {
  return environment[METRICS_VARIABLE] !== 'false';
}
