import { readdirSync } from 'node:fs';
import * as path from 'node:path';
import { Stack } from 'aws-cdk-lib';
import type { CfnFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Plugin } from 'esbuild';
import { istanbulInstrumentation } from './istanbul-instrumentation';
import type { LocalS3 } from '../test/s3/local-s3';
import { CoverageEngine, CoverageLayer, type CoverageLayerProps } from 'cdk-lambda-coverage';

/** A way to have coverage, or none. */
interface Variant {
  /** Head of its column. */
  readonly title: string;
  /** For docs/performance.md. */
  readonly about: string;
  /** Changes the definition of functions, as their author would. */
  readonly attach?: (fn: LambdaFunction) => void;
  /** Changes how functions are bundled. */
  readonly plugins?: () => readonly Plugin[];
  /** How many results of invocations there are: a variant that did not do its work is not worth measuring. */
  readonly delivered?: (where: Delivery) => number;
  /** Whether there may be fewer results than invocations, but not none. @default false */
  readonly mayBeFewer?: boolean;
}

/** Where a function may have left its coverage. */
export interface Delivery {
  readonly functionName: string;
  readonly tmpFolder: string;
  readonly s3: LocalS3;
  readonly buckets: readonly string[];
}

const NODE_COVERAGE_FOLDER = 'coverage';

export type VariantName = 'plain' | 'node-coverage' | 'node-coverage-taken' | 'istanbul' | 'ours' | 'ours-on-change' | 'built-in' | 'built-in-counts' | 'layer';

export const VARIANTS: Readonly<Record<VariantName, Variant>> = {
  'plain': { title: 'no coverage', about: 'the function as it is' },
  'node-coverage': {
    title: 'NODE_V8_COVERAGE',
    about: "Node.js's own coverage, switched on by the environment variable and nothing else. Node.js writes the result when the process exits, "
      + 'and Lambda ends processes by SIGKILL: this is what collecting costs, and nothing is ever written',
    attach: setNodeCoverage,
  },
  'node-coverage-taken': {
    title: '… + takeCoverage()',
    about: "the same, and the handler's last act is `v8.takeCoverage()`, which is the only way to have a result for each invocation: it writes a JSON file "
      + 'into /tmp, synchronously, before the answer. Sending it anywhere would come on top',
    attach: (fn) => {
      setNodeCoverage(fn);
      (fn.node.defaultChild as CfnFunction).handler = 'taking.handler';
    },
    delivered: ({ tmpFolder }) => readdirSync(path.join(tmpFolder, NODE_COVERAGE_FOLDER)).length,
    mayBeFewer: true, // those of one millisecond have one name
  },
  'istanbul': {
    title: 'Istanbul',
    about: "counters of nyc's instrumenter built into the function's own sources when it is bundled, vendored packages left out; nothing is sent",
    plugins: () => [istanbulInstrumentation()],
  },
  'ours': {
    title: 'ours',
    about: 'attached by `CoverageLayer.attachTo` with `engine: CoverageEngine.V8`, with layer, handler and environment as the synthesized template has them; the result of every '
      + 'invocation is uploaded, after the answer',
    attach: (fn) => attachOurs(fn, { engine: CoverageEngine.V8 }),
    delivered: uploaded,
  },
  'ours-on-change': {
    title: 'ours, on change',
    about: 'the same with the upload mode `on-change`: only what this environment has not sent yet is uploaded',
    attach: (fn) => {
      attachOurs(fn, { engine: CoverageEngine.V8 });
      fn.addEnvironment('COVERAGE_UPLOAD_MODE', 'on-change');
    },
    delivered: uploaded,
    mayBeFewer: true,
  },
  'built-in': {
    title: 'ours, built in',
    about: 'attached with `engine: CoverageEngine.INSTRUMENTED`: counters are built into the own sources when the app is synthesized, and tell that '
      + 'something ran; the result of every invocation is uploaded, after the answer',
    attach: (fn) => attachOurs(fn, { engine: CoverageEngine.INSTRUMENTED }),
    delivered: uploaded,
  },
  'built-in-counts': {
    title: 'ours, built-in counts',
    about: 'the same with `counts: true`: the counters tell how often',
    attach: (fn) => attachOurs(fn, { engine: CoverageEngine.INSTRUMENTED, counts: true }),
    delivered: uploaded,
  },
  'layer': {
    title: 'the layer alone',
    about: 'attached as for counters that are built in, but with code that has none: what the layer itself takes',
    attach: (fn) => {
      attachOurs(fn, { engine: CoverageEngine.V8 });
      fn.addEnvironment('COVERAGE_ENGINE', 'instrumented');
    },
  },
};

function attachOurs(fn: LambdaFunction, props: CoverageLayerProps = {}): void {
  const stack = Stack.of(fn);
  const coverage = stack.node.tryFindChild('Coverage') as CoverageLayer | undefined ?? new CoverageLayer(stack, 'Coverage', props);
  coverage.attachTo(fn);
}

function uploaded({ functionName, s3, buckets }: Delivery): number {
  return buckets.flatMap((bucket) => s3.keys(bucket)).filter((key) => key.includes(`/${functionName}-`)).length;
}

function setNodeCoverage(fn: LambdaFunction): void {
  fn.addEnvironment('NODE_V8_COVERAGE', `/tmp/${NODE_COVERAGE_FOLDER}`);
}
