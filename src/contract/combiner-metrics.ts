/** The CloudWatch metrics that the combiner writes and alarms look at, in percent; of the dimension `BucketName`, and `FunctionName` beside it. */

export const METRIC_NAMESPACE = 'LambdaCoverage';

export const METRIC_NAMES = {
  statements: 'StatementCoverage',
  branches: 'BranchCoverage',
  functions: 'FunctionCoverage',
  lines: 'LineCoverage',
} as const;

export type MetricName = keyof typeof METRIC_NAMES;
