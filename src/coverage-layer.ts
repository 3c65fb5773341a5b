import { aws_lambda as lambda } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { CoverageBucket } from './coverage-bucket';
import type { CoverageConfig } from './coverage-config';
import { CoverageEngine } from './coverage-engine';
import { attach, findTarget, SUPPORTED_RUNTIMES } from './private/attach';
import { bundledAsset, packageVersion } from './private/bundled-asset';
import { applyEngine, checkedEngine } from './private/engine';
import { errorAt } from './private/errors';
import { checkBucket, checkedPrefix, commonSettings, type CommonSettings } from './private/settings';

/** Properties of `CoverageLayer`. */
export interface CoverageLayerProps extends CoverageConfig {
  /**
   * Where coverage is kept.
   *
   * @default - a new `CoverageBucket`, which is kept when the stack is deleted
   */
  readonly bucket?: CoverageBucket;

  /**
   * What counts the parts of a function that run.
   *
   * @default CoverageEngine.AUTO
   */
  readonly engine?: CoverageEngine;

  /**
   * Whether counters that are built into the code tell how often something ran, and not only that it did; V8 always does.
   *
   * @default false
   */
  readonly counts?: boolean;
}

/** Options for one function that coverage is attached to. */
export interface AttachOptions {
  /**
   * What counts the parts of this function that run.
   *
   * @default - that of the `CoverageLayer`
   */
  readonly engine?: CoverageEngine;
}

/**
 * Collects code coverage of Lambda functions while they run.
 *
 * Supports zip packages on the runtimes nodejs18.x, nodejs20.x, nodejs22.x and nodejs24.x, of both architectures.
 *
 * @example
 * declare const fn: lambda.Function;
 * const coverage = new CoverageLayer(this, 'Coverage');
 * coverage.attachTo(fn);
 */
export class CoverageLayer extends Construct {
  private readonly enabled: boolean;
  private readonly settings: CommonSettings;
  private readonly engine: CoverageEngine;
  private readonly counts: boolean;
  private readonly prefix?: string;
  private readonly layer?: lambda.LayerVersion;
  private usedBucket?: CoverageBucket;

  public constructor(scope: Construct, id: string, props: CoverageLayerProps = {}) {
    super(scope, id);
    checkBucket(this, props.bucket);
    this.enabled = props.enabled ?? true;
    this.settings = commonSettings(this, props);
    this.engine = checkedEngine(this, props.engine ?? CoverageEngine.AUTO);
    this.counts = props.counts ?? false;
    this.prefix = props.prefix === undefined ? undefined : checkedPrefix(this, props.prefix);
    this.usedBucket = props.bucket;
    if (props.bucket && this.prefix !== undefined && this.prefix !== props.bucket.prefix) {
      throw errorAt(this, `prefix '${this.prefix}' differs from '${props.bucket.prefix}' of bucket '${props.bucket.node.path}'; give the prefix to the CoverageBucket only`);
    }
    if (this.enabled) {
      this.layer = this.makeLayer();
      this.usedBucket ??= this.makeBucket();
    }
  }

  /**
   * Where coverage is kept.
   *
   * With `enabled: false` and no bucket given, the new bucket is made at the first use of this property, so that nothing
   * is deployed as long as nothing asks for it.
   */
  public get bucket(): CoverageBucket {
    return (this.usedBucket ??= this.makeBucket());
  }

  /**
   * Makes a function collect its coverage, without a change of its code.
   *
   * Adds the layer and environment variables to those that the function has, sets its handler to the layer's (the
   * function's own is kept in `COVERAGE_HANDLER`), and lets the function write to the bucket. Of a version or an alias the
   * function behind it is changed. Attaching the same function again changes nothing; with `enabled: false` nothing is
   * changed at all.
   *
   * Counters are built into a copy of its code where that can be done; see `CoverageEngine`.
   *
   * Where V8 counts, Node.js's compile cache is switched off by `NODE_DISABLE_COMPILE_CACHE`, unless the function sets that variable, since
   * code from the cache has no exact coverage; a function with `NODE_COMPILE_CACHE` gets the warning
   * `cdk-lambda-coverage:compileCache`, which can be acknowledged.
   *
   * Throws where coverage could not be collected: an imported function, a container image, a runtime that is not
   * supported, a sixth layer, a function in another stage, one that another `CoverageLayer` is attached to or that sets
   * `COVERAGE_` variables itself. The function is then as it was before.
   *
   * @param fn a function that is defined in the same app and stage
   * @param options for this function
   */
  public attachTo(fn: lambda.IFunction, options: AttachOptions = {}): void {
    if (!this.layer) {
      return;
    }
    const target = findTarget(fn, this);
    if (!target) {
      return;
    }
    const { bucket, settings: { include, exclude } } = this;
    const wanted = options.engine === undefined ? this.engine : checkedEngine(target.fn, options.engine);
    const engine = applyEngine(target, wanted, { include, exclude, counts: this.counts });
    attach(target, this, this.layer, { ...this.settings, bucket: bucket.bucket.bucketName, prefix: bucket.prefix, engine });
    bucket.grantWrite(target.fn);
  }

  private makeBucket(): CoverageBucket {
    return new CoverageBucket(this, 'Bucket', { prefix: this.prefix });
  }

  private makeLayer(): lambda.LayerVersion {
    const layer = new lambda.LayerVersion(this, 'Resource', {
      code: lambda.Code.fromAsset(bundledAsset('layer')),
      description: `cdk-lambda-coverage ${packageVersion()}`,
      compatibleArchitectures: [lambda.Architecture.X86_64, lambda.Architecture.ARM_64],
    });
    // Not as a prop: CDK would compare it with a function's runtime object, and refuse `new Runtime('nodejs22.x')`
    (layer.node.defaultChild as lambda.CfnLayerVersion).compatibleRuntimes = SUPPORTED_RUNTIMES;
    return layer;
  }
}
