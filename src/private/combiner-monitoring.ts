import { Duration, Token, aws_cloudwatch as cloudwatch, aws_cloudwatch_actions as actions, type aws_sns as sns } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { errorAt } from './errors';
import { METRIC_NAMES, METRIC_NAMESPACE, type MetricName } from '../contract/combiner-metrics';
import type { CoverageThresholds } from '../coverage-combiner';

/** The props of a combiner that its metrics are for. */
export interface Monitoring {
  readonly metrics?: boolean;
  readonly thresholds?: CoverageThresholds;
  readonly alarmTopic?: sns.ITopic;
  readonly dashboard?: boolean;
}

const PERIOD = Duration.minutes(5);

/** @throws Error that names the prop, its value and what is allowed */
export function checkMonitoring(scope: Construct, { metrics, thresholds, alarmTopic, dashboard }: Monitoring): void {
  const entries = Object.entries(thresholds ?? {}).filter(([, value]) => value !== undefined) as Array<[string, number]>;
  const unknown = entries.find(([name]) => !(name in METRIC_NAMES));
  if (unknown) {
    throw errorAt(scope, `thresholds has '${unknown[0]}'; give any of ${Object.keys(METRIC_NAMES).join(', ')}`);
  }
  const odd = entries.find(([, value]) => !Token.isUnresolved(value) && !(value >= 0 && value <= 100));
  if (odd) {
    throw errorAt(scope, `the threshold of ${odd[0]} is ${odd[1]}; give a percentage from 0 to 100`);
  }
  if (metrics === false && (entries.length > 0 || dashboard)) {
    throw errorAt(scope, `${entries.length > 0 ? 'thresholds' : 'dashboard'} need the metrics, and 'metrics' is false; leave it out`);
  }
  if (alarmTopic && entries.length === 0) {
    throw errorAt(scope, 'alarmTopic is given, and there is no alarm without thresholds; give thresholds');
  }
}

export function coverageMetric(bucketName: string, name: MetricName, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: METRIC_NAMESPACE,
    metricName: METRIC_NAMES[name],
    dimensionsMap: { BucketName: bucketName },
    statistic: cloudwatch.Stats.MINIMUM,
    unit: cloudwatch.Unit.PERCENT,
    period: PERIOD,
    ...options,
  });
}

/** One for each threshold. Between two reports there is no data, and an alarm stays as it is. */
export function makeAlarms(scope: Construct, bucketName: string, { thresholds = {}, alarmTopic }: Monitoring): cloudwatch.Alarm[] {
  return (Object.keys(METRIC_NAMES) as MetricName[]).flatMap((name) => {
    const threshold = thresholds[name];
    if (threshold === undefined) {
      return [];
    }
    const alarm = new cloudwatch.Alarm(scope, `${METRIC_NAMES[name]}Alarm`, {
      alarmDescription: `Lambda functions have less ${name} covered than ${Token.isUnresolved(threshold) ? 'wanted' : `${threshold} %`}`,
      metric: coverageMetric(bucketName, name),
      threshold,
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: cloudwatch.TreatMissingData.IGNORE,
    });
    if (alarmTopic) {
      alarm.addAlarmAction(new actions.SnsAction(alarmTopic));
      alarm.addOkAction(new actions.SnsAction(alarmTopic));
    }
    return [alarm];
  });
}

export function makeDashboard(scope: Construct, bucketName: string): void {
  const percent = { leftYAxis: { min: 0, max: 100, label: '%', showUnits: false }, width: 24, height: 8 };
  const search = `SEARCH('{${METRIC_NAMESPACE},BucketName,FunctionName} BucketName="${bucketName}" MetricName="${METRIC_NAMES.lines}"', 'Minimum', 3600)`;
  new cloudwatch.Dashboard(scope, 'Dashboard', {
    widgets: [
      [new cloudwatch.GraphWidget({
        ...percent,
        title: 'Coverage of all functions',
        left: (Object.keys(METRIC_NAMES) as MetricName[]).map((name) => coverageMetric(bucketName, name, { period: Duration.hours(1), label: name })),
      })],
      [new cloudwatch.GraphWidget({
        ...percent,
        title: 'Lines of each function',
        left: [new cloudwatch.MathExpression({ expression: search, usingMetrics: {}, label: '', period: Duration.hours(1) })],
      })],
    ],
  });
}
