import type { CfnResource, RemovalPolicy, aws_lambda as lambda } from 'aws-cdk-lib';
import { Construct, type IConstruct } from 'constructs';
import { DEFAULT_SETTINGS } from './contract/environment';
import { CoverageBucket } from './coverage-bucket';
import type { CoverageConfig } from './coverage-config';
import { CoverageEngine } from './coverage-engine';
import { attach, findAttachment, refusal } from './private/attach';
import { AttachToAll, summarize } from './private/attach-to-all';
import { bucketFor } from './private/bucket-for';
import { ConstructSelection } from './private/construct-selection';
import { applyEngine, checkedEngine } from './private/engine';
import { errorAt } from './private/errors';
import type { AttachableFunction } from './private/functions/attachable-function';
import { findFunction, functionOfResource } from './private/functions/find-function';
import { grantWrite } from './private/grant-write';
import { NODE, PYTHON, type Language } from './private/languages';
import { layerVersion } from './private/layer-version';
import { checkBucket, checkedPrefix, commonSettings, type CommonSettings } from './private/settings';
import { warnOfMissingSourceMap } from './private/source-map-check';
import { checkWhenSynthesized } from './private/synth-checks';

/** Properties of `CoverageLayer`. */
export interface CoverageLayerProps extends CoverageConfig {
  /**
   * Where coverage is kept.
   *
   * @default - a new `CoverageBucket`, which is kept when the stack is deleted
   */
  readonly bucket?: CoverageBucket;

  /**
   * What counts the parts of a function in Node.js that run. Functions in Python are counted by coverage.py, whatever this is.
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

  /**
   * A layer version for functions in Node.js that you have published, such as one for all accounts of an organization.
   *
   * It has to be made of the layer of this very release, which is `assets/layer` of the package.
   *
   * @default - one is made in each stack that has functions in Node.js with coverage
   */
  readonly layerVersion?: lambda.ILayerVersion;

  /**
   * A layer version for functions in Python that you have published.
   *
   * It has to be made of the layer of this very release, which is `assets/python-layer` of the package.
   *
   * @default - one is made in each stack that has functions in Python with coverage
   */
  readonly pythonLayerVersion?: lambda.ILayerVersion;

  /**
   * What becomes of layer versions that are made, when they are replaced or leave their stack. `RemovalPolicy.RETAIN` keeps those that
   * older versions of functions still have.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly layerRemovalPolicy?: RemovalPolicy;
}

/** Options for one function that coverage is attached to. */
export interface AttachOptions {
  /**
   * What counts the parts of this function that run, if it is one in Node.js.
   *
   * @default - that of the `CoverageLayer`
   */
  readonly engine?: CoverageEngine;
}

/** Options for attaching coverage to everything in a scope. */
export interface AttachToAllOptions extends AttachOptions {
  /**
   * Which functions: constructs, or globs of construct paths such as `Shop/Api/**`. A construct stands for all that is in it; a glob
   * without a slash is that of an id anywhere.
   *
   * @default - all
   */
  readonly include?: Array<string | IConstruct>;

  /**
   * Which functions are left out, even where they are included: constructs, or globs of construct paths.
   *
   * @default - none
   */
  readonly exclude?: Array<string | IConstruct>;
}

/** A function that `attachToAll` came across and left as it is. */
export interface LeftOutFunction {
  /** The path of its construct, such as `Shop/Api/Handler`. */
  readonly path: string;
  /** Why, as the end of a sentence about it. */
  readonly reason: string;
}

/**
 * Collects code coverage of Lambda functions while they run.
 *
 * Supports zip packages of both architectures on the runtimes nodejs18.x, nodejs20.x, nodejs22.x and nodejs24.x, and python3.8 to python3.14.
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
  private readonly layers: Pick<CoverageLayerProps, 'layerVersion' | 'pythonLayerVersion' | 'layerRemovalPolicy'>;
  private readonly attached = new Set<string>();
  private readonly leftOut = new Map<string, string>();
  private usedBucket?: CoverageBucket;
  private isSummarized = false;

  public constructor(scope: Construct, id: string, props: CoverageLayerProps = {}) {
    super(scope, id);
    checkBucket(this, props.bucket);
    this.enabled = props.enabled ?? true;
    this.settings = commonSettings(this, props);
    this.engine = checkedEngine(this, props.engine ?? CoverageEngine.AUTO);
    this.counts = props.counts ?? false;
    this.layers = props;
    this.prefix = props.prefix === undefined ? undefined : checkedPrefix(this, props.prefix);
    this.usedBucket = props.bucket;
    if (props.bucket && this.prefix !== undefined && this.prefix !== props.bucket.prefix) {
      throw errorAt(this, `prefix '${this.prefix}' differs from '${props.bucket.prefix}' of bucket '${props.bucket.node.path}'; give the prefix to the CoverageBucket only`);
    }
    if (this.enabled) {
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
   * The paths of the functions that coverage is attached to, in alphabetical order. Those of `attachToAll` are there when the app is
   * synthesized.
   */
  public get attachedFunctions(): string[] {
    return [...this.attached].sort();
  }

  /** The functions that `attachToAll` left out, with the reasons, by their paths; complete when the app is synthesized. */
  public get leftOutFunctions(): LeftOutFunction[] {
    return [...this.leftOut].sort(([one], [other]) => (one < other ? -1 : 1)).map(([path, reason]) => ({ path, reason }));
  }

  /** ARN of the layer version that functions in Node.js of this construct's stack get. */
  public get layerVersionArn(): string {
    return this.layerFor(this, NODE).layerVersionArn;
  }

  /** ARN of the layer version that functions in Python of this construct's stack get. */
  public get pythonLayerVersionArn(): string {
    return this.layerFor(this, PYTHON).layerVersionArn;
  }

  /**
   * Makes a function collect its coverage, without a change of its code.
   *
   * Adds the layer and environment variables to those that the function has, sets its handler to the layer's (the
   * function's own is kept in `COVERAGE_HANDLER`), and lets the function write to the bucket. Of a version or an alias the
   * function behind it is changed. Attaching the same function again changes nothing; with `enabled: false` nothing is
   * changed at all.
   *
   * Counters are built into a copy of its code where that can be done, if it is in Node.js; see `CoverageEngine`. Code in Python stays as it
   * is; where the function sets `PYTHONPATH`, the folders of layers are appended, which Lambda would have put there otherwise.
   *
   * Where V8 counts, Node.js's compile cache is switched off by `NODE_DISABLE_COMPILE_CACHE`, unless the function sets that variable, since
   * code from the cache has no exact coverage.
   *
   * Throws where coverage could not be collected: an imported function, a container image, Lambda@Edge, a runtime that is not
   * supported, a sixth layer, a function of another region or of a stage that cannot refer to the bucket, one that another `CoverageLayer`
   * is attached to or that sets `COVERAGE_` variables itself. The function is then as it was before.
   *
   * Warns, in ways that can be acknowledged, of what makes coverage worth less: a bundle without a source map, a role that is not
   * changed by CDK, a runtime newer than this release, `NODE_COMPILE_CACHE`, a handler that is replaced later.
   *
   * @param fn a function that is defined in the same app
   * @param options for this function
   */
  public attachTo(fn: lambda.IFunction, options: AttachOptions = {}): void {
    if (!this.enabled) {
      return;
    }
    if (!Construct.isConstruct(fn)) {
      throw errorAt(this, `attachTo takes one function, not ${Array.isArray(fn) ? 'a list; call it for each' : String(fn)}`);
    }
    this.attach(findFunction(fn, refusal(fn, this)), options);
  }

  /**
   * Makes a function collect its coverage that is a resource by itself: a `CfnFunction` of `aws-cdk-lib/aws-lambda` or of
   * `aws-cdk-lib/aws-sam`, as those of a template that `CfnInclude` includes. It is the same as `attachTo` otherwise.
   *
   * @param resource of type `AWS::Lambda::Function` or `AWS::Serverless::Function`
   * @param options for this function
   */
  public attachToResource(resource: CfnResource, options: AttachOptions = {}): void {
    if (!this.enabled) {
      return;
    }
    if (!Construct.isConstruct(resource)) {
      throw errorAt(this, `attachToResource takes one resource, not ${Array.isArray(resource) ? 'a list; call it for each' : String(resource)}`);
    }
    const target = functionOfResource(resource);
    if (!target) {
      throw refusal(resource, this)("it is no CfnFunction of 'aws-cdk-lib/aws-lambda' or 'aws-cdk-lib/aws-sam'; give a function made by lambda.Function to attachTo");
    }
    this.attach(target, options);
  }

  /**
   * Makes all functions of a stack, a stage, an app or any other construct collect their coverage, when the app is synthesized: also those
   * of nested stacks and stages, and those that are added to them later.
   *
   * CDK's own functions, such as those of custom resources, and those of coverage itself stay as they are. What coverage cannot be attached
   * to is left out with the warning `cdk-lambda-coverage:leftOut`, which can be acknowledged; `leftOutFunctions` has all, and a line of
   * information sums up.
   *
   * Stages cannot refer to each other: for functions of another stage than the bucket's, give it as `CoverageBucket.fromBucketName`, and
   * call it when all stages are there; or make a `CoverageLayer` in each stage, as in those that a pipeline of `aws-cdk-lib/pipelines`
   * deploys, which are synthesized when they are added to it.
   *
   * @param scope whose functions are meant
   * @param options for these functions
   */
  public attachToAll(scope: IConstruct, options: AttachToAllOptions = {}): void {
    if (!this.enabled) {
      return;
    }
    if (!Construct.isConstruct(scope)) {
      throw errorAt(this, `attachToAll takes a construct, such as a stack or the app, not ${String(scope)}`);
    }
    new AttachToAll(scope, {
      coverage: this,
      include: options.include && new ConstructSelection(this, 'include', options.include),
      exclude: new ConstructSelection(this, 'exclude', options.exclude ?? []),
      attach: (target) => this.attach(target, options),
      leaveOut: (construct, reason) => {
        if (!this.attached.has(construct.node.path)) {
          this.leftOut.set(construct.node.path, reason);
        }
      },
    });
    this.summarizeOnce();
  }

  private attach(target: AttachableFunction, options: AttachOptions): void {
    const refuse = refusal(target.construct, this);
    const attachment = findAttachment(target, this, refuse);
    if (!attachment) {
      return;
    }
    const { settings: { include, exclude } } = this;
    const bucket = bucketFor(this.bucket, target, refuse);
    const wanted = options.engine === undefined ? this.engine : checkedEngine(target.construct, options.engine);
    warnOfMissingSourceMap(attachment);
    const engine = applyEngine(attachment, wanted, { include, exclude, counts: this.counts }) ?? DEFAULT_SETTINGS.engine;
    const layer = this.layerFor(target.construct, attachment.language);
    attach(attachment, this, layer, { ...this.settings, bucket: bucket.bucketName, prefix: bucket.prefix, engine });
    grantWrite(bucket, target);
    checkWhenSynthesized(target, attachment.language);
    this.attached.add(target.construct.node.path);
    this.leftOut.delete(target.construct.node.path);
  }

  private layerFor(construct: IConstruct, language: Language): lambda.ILayerVersion {
    const { layers } = this;
    const given = language === PYTHON ? layers.pythonLayerVersion : layers.layerVersion;
    return given ?? layerVersion(construct, language, layers.layerRemovalPolicy);
  }

  private makeBucket(): CoverageBucket {
    return new CoverageBucket(this, 'Bucket', { prefix: this.prefix });
  }

  private summarizeOnce(): void {
    this.node.addValidation({
      validate: () => {
        if (!this.isSummarized) {
          this.isSummarized = true;
          summarize(this, this.attachedFunctions, this.leftOut);
        }
        return [];
      },
    });
  }
}
