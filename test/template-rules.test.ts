/** What the constructs deploy, by the rules of others: cdk-nag's, and those of apps with and without CDK's recommended feature flags. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App, Aspects, Duration, RemovalPolicy, Stack, aws_events as events, aws_kms as kms, aws_lambda as lambda, aws_s3 as s3, aws_sns as sns, aws_sqs as sqs } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as flags from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks, NagSuppressions } from 'cdk-nag';
import { CombinerScale, CoverageBucket, CoverageCombiner, CoverageLayer, ReportFormat, type CoverageBucketProps, type CoverageCombinerProps } from '../src';

const folder = mkdtempSync(path.join(tmpdir(), 'rules-'));
writeFileSync(path.join(folder, 'index.js'), 'exports.handler = async () => 1;\n');

interface Props {
  readonly bucket?: CoverageBucketProps;
  readonly combiner?: Omit<CoverageCombinerProps, 'bucket'>;
}

/** An app that has all constructs, and a function whose own findings are suppressed: its runtime and its managed policy. */
function appWith(context: Record<string, unknown>, props: (scope: Stack) => Props = () => ({})): Stack {
  const scope = new Stack(new App({ context }), 'Stack');
  const { bucket, combiner } = props(scope);
  const fn = new lambda.Function(scope, 'Fn', { runtime: lambda.Runtime.NODEJS_24_X, handler: 'index.handler', code: lambda.Code.fromAsset(folder) });
  NagSuppressions.addResourceSuppressions(fn, [{ id: 'AwsSolutions-IAM4', reason: 'The example uses the role that CDK makes' }], true);
  const coverage = new CoverageLayer(scope, 'Coverage', { bucket: new CoverageBucket(scope, 'CoverageBucket', bucket) });
  coverage.attachTo(fn);
  new CoverageCombiner(scope, 'Combiner', { bucket: coverage.bucket, ...combiner });
  return scope;
}

function everything(scope: Stack): Props {
  return {
    bucket: { prefix: 'team/one/', versioned: true, requireConditionalWrites: true, encryptionKey: new kms.Key(scope, 'Key', { enableKeyRotation: true }), removalPolicy: RemovalPolicy.DESTROY },
    combiner: {
      scale: CombinerScale.AUTO,
      schedule: events.Schedule.rate(Duration.hours(1)),
      reportFormats: [ReportFormat.HTML_SINGLE],
      thresholds: { lines: 80, branches: 70 },
      alarmTopic: new sns.Topic(scope, 'Topic', { enforceSSL: true, masterKey: new kms.Key(scope, 'TopicKey', { enableKeyRotation: true }) }),
      dashboard: true,
      retryAttempts: 1,
      deadLetterQueue: new sqs.Queue(scope, 'Failed', { enforceSSL: true, deadLetterQueue: undefined }),
    },
  };
}

function findings(scope: Stack): unknown[] {
  Aspects.of(scope).add(new AwsSolutionsChecks({ verbose: true }));
  const annotations = Annotations.fromStack(scope);
  const found = [...annotations.findError('*', Match.anyValue()), ...annotations.findWarning('*', Match.anyValue())];
  return found.map(({ id, entry }) => `${id}: ${String(entry.data).slice(0, 200)}`).filter((line) => !line.startsWith('/Stack/Failed/'));
}

describe('cdk-nag finds nothing', () => {
  test('in what is made by default', () => {
    expect(findings(appWith({}))).toEqual([]);
  });

  test('in what all props make', () => {
    expect(findings(appWith({}, everything))).toEqual([]);
  });

  test('but what the user has not suppressed: another wildcard in the role of a function', () => {
    const scope = appWith({});
    const fn = scope.node.findChild('Fn') as lambda.Function;
    new s3.Bucket(scope, 'Other').grantRead(fn);
    expect(findings(scope).filter((line) => (line as string).startsWith('/Stack/Fn/'))).not.toEqual([]);
  });
});

/** Those of CDK 1 are no flags any more. */
const RECOMMENDED = Object.fromEntries(
  Object.entries(flags.FLAGS).filter(([, { introducedIn }]) => introducedIn.v2).map(([name, { recommendedValue }]) => [name, recommendedValue]),
);

describe.each<[string, Record<string, unknown>]>([
  ['no feature flags', {}],
  ['the recommended feature flags', RECOMMENDED],
])('with %s', (_, context) => {
  test.each<[string, ((scope: Stack) => Props) | undefined]>([['by default', undefined], ['with all props', everything]])('what is made %s synthesizes', (__, props) => {
    const template = Template.fromStack(appWith(context, props)).toJSON() as { Resources: Record<string, { Type: string; Properties: any }> };
    const statements = Object.values(template.Resources)
      .filter(({ Type }) => Type === 'AWS::IAM::Policy')
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Array<{ Effect: string; Action: string | string[]; Resource: unknown }>);
    expect(statements.length).toBeGreaterThan(3);
    const prefix = props ? 'team/one/' : 'coverage/';
    for (const { Action, Resource } of statements) {
      expect([Action].flat().filter((action) => action.includes('*'))).toEqual([]);
      // a resource has a wildcard below the prefix, and for the versions of a function or the executions of a state machine, only
      const wild = [Resource].flat().map((one) => JSON.stringify(one)).filter((one) => one.includes('*'));
      expect(wild.filter((one) => !one.includes(`/${prefix}`) && !/:\*"]]}$/.test(one))).toEqual([]);
    }
  });
});
