import { CfnResource, Stage, Token, Tokenization, aws_lambda as lambda } from 'aws-cdk-lib';
import { Construct, type IConstruct } from 'constructs';
import { NO_COMPILE_CACHE, switchOffCompileCache } from './compile-cache';
import { errorAt } from './errors';
import { isOwnFunction } from './own-function';
import { encodeEnvironment, Variable, type Settings } from '../contract/environment';
import { WRAPPER_HANDLER } from '../contract/layer';

/** Identifiers of the runtimes that the wrapper runs on. */
export const SUPPORTED_RUNTIMES = ['nodejs18.x', 'nodejs20.x', 'nodejs22.x', 'nodejs24.x'];

/** Lambda's own limit. */
const MAX_LAYERS = 5;

/** Kept on the function itself, under a name that every copy of this package knows. */
const ATTACHED = Symbol.for('cdk-lambda-coverage.attached');

/** A function as it was before coverage is attached to it. */
export interface Target {
  readonly fn: lambda.Function;
  readonly resource: lambda.CfnFunction;
  readonly handler: string;
  /** Names in its environment. */
  readonly variables: readonly string[];
}

/**
 * What there is to attach to, or nothing where this very coverage is attached already. Changes nothing.
 *
 * @throws Error that names the function, the reason and the way out
 */
export function findTarget(given: lambda.IFunction, coverage: IConstruct): Target | undefined {
  if (!Construct.isConstruct(given)) {
    throw errorAt(coverage, `attachTo takes one function, not ${Array.isArray(given) ? 'a list; call it for each' : String(given)}`);
  }
  const refuse = (reason: string) => errorAt(given, `coverage of '${coverage.node.path}' cannot be attached: ${reason}`);
  const { fn, resource } = definition(given, refuse);
  const already = (resource as { [ATTACHED]?: IConstruct })[ATTACHED];
  if (already === coverage) {
    return undefined;
  }
  if (already) {
    throw refuse(`coverage of '${already.node.path}' is attached; attach one of the two`);
  }
  if (isOwnFunction(fn)) {
    throw refuse('it is part of coverage itself; leave it out');
  }
  if (Stage.of(fn) !== Stage.of(coverage)) {
    throw refuse('they are in different stages or apps, which cannot refer to each other; make a CoverageLayer in each stage');
  }
  checkRuntime(fn, resource, refuse);
  if (!Tokenization.isResolvable(resource.environment)) {
    throw refuse("the 'environment' of its CfnFunction was replaced, so variables cannot be added; use addEnvironment of the function, or addPropertyOverride");
  }
  const variables = variableNames(resource);
  const taken = Object.values(Variable).filter((name) => variables.includes(name));
  if (taken.length > 0) {
    throw refuse(`its environment sets ${taken.join(', ')}, which coverage sets itself; remove it and use the props of CoverageLayer`);
  }
  if (fn._layers.length >= MAX_LAYERS) {
    throw refuse(`it has ${fn._layers.length} layers and Lambda allows ${MAX_LAYERS}; remove one`);
  }
  if (!resource.handler) {
    throw refuse("it has no handler; set the 'handler' property");
  }
  return { fn, resource, handler: resource.handler, variables };
}

/** Adds layer, handler and environment to what the function has. */
export function attach(target: Target, coverage: IConstruct, layer: lambda.ILayerVersion, settings: Settings): void {
  const { fn, resource, handler, variables } = target;
  fn.addLayers(layer);
  for (const [name, value] of Object.entries(encodeEnvironment({ ...settings, handler }))) {
    fn.addEnvironment(name, value);
  }
  if (settings.engine === 'v8') {
    switchOffCompileCache(fn, variables);
  }
  resource.handler = WRAPPER_HANDLER;
  Object.defineProperty(resource, ATTACHED, { value: coverage });
}

type Refuse = (reason: string) => Error;

/** The function's definition in this app: of a version or an alias what it points at, of a singleton what it stands for. */
function definition(given: lambda.IFunction, refuse: Refuse): { fn: lambda.Function; resource: lambda.CfnFunction } {
  const pointedAt = 'lambda' in given ? (given as lambda.IVersion).lambda : given;
  const resource = pointedAt.permissionsNode.defaultChild;
  if (!CfnResource.isCfnResource(resource) || resource.cfnResourceType !== lambda.CfnFunction.CFN_RESOURCE_TYPE_NAME) {
    throw refuse('it is imported, so its configuration is not part of this app; attach coverage in the app that defines it');
  }
  const fn = resource.node.scope;
  if (!(fn instanceof lambda.Function)) {
    throw refuse('it is not made by a lambda.Function of this aws-cdk-lib; define it with lambda.Function or NodejsFunction');
  }
  return { fn, resource: resource as lambda.CfnFunction };
}

function checkRuntime(fn: lambda.Function, resource: lambda.CfnFunction, refuse: Refuse): void {
  const supported = `supported are ${SUPPORTED_RUNTIMES.join(', ')}`;
  if (resource.packageType === 'Image' || fn.runtime === lambda.Runtime.FROM_IMAGE) {
    throw refuse(
      [
        'it is a container image, which takes no layers; use a zip package, or put into its Dockerfile',
        '  COPY node_modules/cdk-lambda-coverage/assets/layer /opt',
        `  ENV ${Variable.BUCKET}=<bucket> ${Variable.HANDLER}=<the command there is now> ${NO_COMPILE_CACHE}=1`,
        `  CMD ["${WRAPPER_HANDLER}"]`,
        'and let it upload with CoverageBucket.grantWrite',
      ].join('\n'),
    );
  }
  if (Token.isUnresolved(resource.runtime)) {
    // CDK's "latest Node.js of the region" is a token where regions differ; all its values are current
    if (fn.runtime.isVariable && fn.runtime.family === lambda.RuntimeFamily.NODEJS) {
      return;
    }
    throw refuse(`its runtime is a token, whose value is not known before deployment; give a literal one (${supported})`);
  }
  if (!SUPPORTED_RUNTIMES.includes(resource.runtime ?? '')) {
    throw refuse(`runtime '${resource.runtime}' is not supported (${supported}); set its 'runtime' to one of these, or do not attach`);
  }
}

/** Names only: a lazy value of the user's is not ready before synthesis, and CDK would keep what it gives now. */
function variableNames(resource: lambda.CfnFunction): string[] {
  const environment: unknown = Tokenization.isResolvable(resource.environment)
    ? Tokenization.resolve(resource.environment, {
      scope: resource,
      preparing: false,
      resolver: {
        resolveToken: (token, context) => token.resolve(context),
        resolveString: (fragments) => fragments.firstValue,
        resolveList: (list) => list,
      },
    })
    : resource.environment;
  const variables = (environment as lambda.CfnFunction.EnvironmentProperty | undefined)?.variables;
  return variables && !Tokenization.isResolvable(variables) ? Object.keys(variables) : [];
}
