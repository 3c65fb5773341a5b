import type { CoverageSummaryData } from 'istanbul-lib-coverage';

const NAMESPACE = 'LambdaCoverage';
const METRICS = { statements: 'StatementCoverage', branches: 'BranchCoverage', functions: 'FunctionCoverage', lines: 'LineCoverage' } as const;

/** Coverage in percent, of a bucket's functions together or of one. */
export interface MeasuredCoverage {
  readonly bucket: string;
  /** Not set for all together. */
  readonly lambdaFunction?: string;
  readonly totals: Pick<CoverageSummaryData, keyof typeof METRICS>;
}

/**
 * A log line that CloudWatch makes metrics of: the Embedded Metric Format, with the dimension `BucketName`, and for one function
 * `FunctionName` as well.
 */
export function metricsLine({ bucket, lambdaFunction, totals }: MeasuredCoverage, time: Date): string {
  const dimensions = { BucketName: bucket, ...(lambdaFunction !== undefined && { FunctionName: lambdaFunction }) };
  const kinds = Object.keys(METRICS) as Array<keyof typeof METRICS>;
  return JSON.stringify({
    _aws: {
      Timestamp: time.getTime(),
      CloudWatchMetrics: [{
        Namespace: NAMESPACE,
        Dimensions: [Object.keys(dimensions)],
        Metrics: kinds.map((kind) => ({ Name: METRICS[kind], Unit: 'Percent' })),
      }],
    },
    ...dimensions,
    ...Object.fromEntries(kinds.map((kind) => [METRICS[kind], totals[kind].pct])),
  });
}
