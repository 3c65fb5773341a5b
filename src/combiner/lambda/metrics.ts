import type { CoverageSummaryData } from 'istanbul-lib-coverage';
import { METRIC_NAMES, METRIC_NAMESPACE, type MetricName } from '../../contract/combiner-metrics';


/** Coverage in percent, of a bucket's functions together or of one. */
export interface MeasuredCoverage {
  readonly bucket: string;
  /** Not set for all together. */
  readonly lambdaFunction?: string;
  readonly totals: Pick<CoverageSummaryData, MetricName>;
}

/**
 * A log line that CloudWatch makes metrics of: the Embedded Metric Format, with the dimension `BucketName`, and for one function
 * `FunctionName` as well.
 */
export function metricsLine({ bucket, lambdaFunction, totals }: MeasuredCoverage, time: Date): string {
  const dimensions = { BucketName: bucket, ...(lambdaFunction !== undefined && { FunctionName: lambdaFunction }) };
  const kinds = Object.keys(METRIC_NAMES) as MetricName[];
  return JSON.stringify({
    _aws: {
      Timestamp: time.getTime(),
      CloudWatchMetrics: [{
        Namespace: METRIC_NAMESPACE,
        Dimensions: [Object.keys(dimensions)],
        Metrics: kinds.map((kind) => ({ Name: METRIC_NAMES[kind], Unit: 'Percent' })),
      }],
    },
    ...dimensions,
    ...Object.fromEntries(kinds.map((kind) => [METRIC_NAMES[kind], totals[kind].pct])),
  });
}
