/** Apps of the shapes that public ones have, each with one added line: their own functions have coverage, and nothing else changes. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { App, Stack, Stage } from 'aws-cdk-lib';
import * as chat from './chat';
import * as crudApi from './crud-api';
import * as jobs from './jobs';
import * as migrated from './migrated';
import * as pipeline from './pipeline';
import * as website from './website';
import { CoverageBucket, CoverageLayer } from '../../src';
import { WRAPPER } from '../constructs';

interface Resource {
  readonly Type: string;
  readonly Properties: any;
}
type Resources = Record<string, Resource>;

const FUNCTIONS = ['AWS::Lambda::Function', 'AWS::Serverless::Function'];

type Build = (app: App, cover: (scope: Stage) => void) => void;

interface ExampleApp {
  readonly build: Build;
  /** Paths of the functions that are the app's own, in any order */
  readonly functions: readonly string[];
  /** Path of the stack that publishes the assets of the others */
  readonly publisher?: string;
}

/** The resources of all stacks, those of nested ones too, by logical ids after the path of their stack. */
function synthesize(build: Build, withCoverage: boolean): { resources: Resources; coverages: CoverageLayer[] } {
  const app = new App();
  const coverages: CoverageLayer[] = [];
  const cover = (scope: Stage) => {
    if (withCoverage) {
      const own = new Stack(scope, 'CoverageStack');
      // one bucket for all stages and regions of an app has to have a name
      const coverage = new CoverageLayer(own, 'Coverage', { bucket: CoverageBucket.fromBucketName(own, 'Bucket', 'coverage-of-tests') });
      coverage.attachToAll(scope);
      coverages.push(coverage);
    }
  };
  build(app, cover);
  if (coverages.length === 0) {
    cover(app);
  }
  app.synth();
  const stacks = app.node.findAll().filter(Stack.isStack).filter(({ node: { id } }) => id !== 'CoverageStack');
  const resources = stacks.flatMap((stack) => {
    const assembly = (Stage.of(stack) ?? app).synth();
    // that of a nested stack is a file beside
    const template = stack.nested ? JSON.parse(readFileSync(join(assembly.directory, stack.templateFile), 'utf8')) : assembly.getStackArtifact(stack.artifactId).template;
    return Object.entries((template as { Resources?: Resources }).Resources ?? {}).map(([id, resource]): [string, Resource] => [`${stack.node.path}/${id}`, resource]);
  });
  return { resources: Object.fromEntries(resources), coverages };
}

/** What differs, but for what coverage adds: its layer, and the right to write in the policy of a role. */
function otherDifferences(before: Resources, after: Resources): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((id) => {
    const [was, is] = [before[id], after[id]];
    const type = (was ?? is)!.Type;
    if (type === 'AWS::Lambda::LayerVersion' || type === 'AWS::Lambda::Version' || FUNCTIONS.includes(type)) {
      return false;
    }
    if (type === 'AWS::IAM::Policy') {
      return JSON.stringify(otherStatements(was)) !== JSON.stringify(otherStatements(is));
    }
    return comparable(was) !== comparable(is);
  });
}

/** Its properties, without hashes: those of templates, and of versions of functions that it names. */
function comparable(resource: Resource | undefined): string | undefined {
  return JSON.stringify(resource?.Properties)?.replace(/[0-9a-f]{32,64}/g, '').replace(/CurrentVersion[0-9A-Za-z]+/g, 'CurrentVersion');
}

function otherStatements(policy: Resource | undefined): unknown[] {
  const statements = (policy?.Properties.PolicyDocument.Statement ?? []) as Array<{ readonly Action: unknown }>;
  return statements.filter(({ Action }) => Action !== 's3:PutObject');
}

const APPS: Record<string, ExampleApp> = { crudApi, chat, pipeline, website, jobs, migrated };

describe.each(Object.entries(APPS))('%s', (_, { build, functions, publisher }) => {
  const { resources: before } = synthesize(build, false);
  const { resources: after, coverages } = synthesize(build, true);
  const functionIds = Object.keys(before).filter((id) => FUNCTIONS.includes(before[id]!.Type));

  test('has coverage of its own functions and of no other', () => {
    expect(coverages.flatMap(({ attachedFunctions }) => attachedFunctions).sort()).toEqual([...functions].sort());
    const attached = functionIds.filter((id) => after[id]!.Properties.Handler === WRAPPER);
    expect(attached).toHaveLength(functions.length);
    for (const id of attached) {
      const { Environment, Layers, Handler, Code: _code, CodeUri: _uri, Policies: _policies, ...others } = after[id]!.Properties;
      const { Environment: was, Layers: layers = [], Handler: handler, ...wasOthers } = before[id]!.Properties;
      ['Code', 'CodeUri', 'Policies'].forEach((property) => delete wasOthers[property]);
      expect(others).toEqual(wasOthers);
      expect(Environment.Variables).toMatchObject({ ...was?.Variables, COVERAGE_HANDLER: handler, COVERAGE_S3_BUCKET: 'coverage-of-tests' });
      expect(Layers).toEqual([...layers, { Ref: expect.stringMatching(/^CoverageNodeLayer/) }]);
    }
    for (const id of functionIds.filter((one) => !attached.includes(one))) {
      expect(after[id]!.Properties).toEqual(before[id]!.Properties);
    }
  });

  test('accounts for all others', () => {
    const left = coverages.flatMap(({ leftOutFunctions }) => leftOutFunctions);
    expect(left).toHaveLength(functionIds.length - functions.length);
    expect(left.filter(({ reason }) => !/^(CDK makes it|it is a plain CfnResource|it runs in Lambda@Edge)/.test(reason))).toEqual([]);
  });

  test('is the same otherwise', () => {
    const differences = otherDifferences(before, after);
    expect(differences.filter((id) => dirname(id) !== publisher)).toEqual([]);
  });
});
