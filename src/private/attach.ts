import type { aws_iam as iam, aws_lambda as lambda } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { NO_COMPILE_CACHE, switchOffCompileCache } from './compile-cache';
import { Refusal } from './errors';
import type { AttachableFunction, Refuse } from './functions/attachable-function';
import { EDGE } from './functions/find-function';
import { languageOf, NODE, PYTHON, warnOfNewRuntime, type Language } from './languages';
import { isOwnFunction } from './own-function';
import { keepLayersOnPythonPath } from './python-path';
import { encodeEnvironment, Variable, type Settings } from '../contract/environment';
import { PYTHON_WRAPPER_HANDLER, WRAPPER_HANDLER } from '../contract/layer';

/** Lambda's own limit. */
const MAX_LAYERS = 5;

/** Kept on the function itself, under a name that every copy of this package knows. */
const ATTACHED = Symbol.for('cdk-lambda-coverage.attached');

/** A function as it was before coverage is attached to it, which can be. */
export interface Attachment {
  readonly target: AttachableFunction;
  readonly language: Language;
  readonly handler: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** The error that says what cannot be attached, to what, and why. */
export function refusal(construct: IConstruct, coverage: IConstruct): Refuse {
  return (reason) => new Refusal(construct, coverage, reason);
}

/**
 * What there is to attach, or nothing where this very coverage is attached already. Changes nothing.
 *
 * @throws Error that names the function, the reason and the way out
 */
export function findAttachment(target: AttachableFunction, coverage: IConstruct, refuse: Refuse): Attachment | undefined {
  const already = (target.resource as { [ATTACHED]?: IConstruct })[ATTACHED];
  if (already === coverage) {
    return undefined;
  }
  if (already) {
    throw refuse(`coverage of '${already.node.path}' is attached; attach one of the two`);
  }
  if (isOwnFunction(target.construct)) {
    throw refuse('it is part of coverage itself; leave it out');
  }
  if (target.construct.node.root !== coverage.node.root) {
    throw refuse('they are in different apps, which cannot refer to each other');
  }
  checkKind(target, refuse);
  const language = languageOf(target, refuse);
  target.check(refuse);
  const variables = target.variables();
  const taken = Object.values(Variable).filter((name) => name in variables);
  if (taken.length > 0) {
    throw refuse(`its environment sets ${taken.join(', ')}, which coverage sets itself; remove it and use the props of CoverageLayer`);
  }
  if (target.layerCount >= MAX_LAYERS) {
    throw refuse(`it has ${target.layerCount} layers and Lambda allows ${MAX_LAYERS}; remove one`);
  }
  if (!target.handler) {
    throw refuse("it has no handler; set the 'handler' property");
  }
  return { target, language, handler: target.handler, variables };
}

/** Adds layer, handler and environment to what the function has. */
export function attach(attachment: Attachment, coverage: IConstruct, layer: lambda.ILayerVersion, settings: Settings): void {
  const { target, language, handler, variables } = attachment;
  target.addLayer(layer);
  for (const [name, value] of Object.entries(encodeEnvironment({ ...settings, handler }))) {
    target.setVariable(name, value);
  }
  if (language === NODE && settings.engine === 'v8') {
    switchOffCompileCache(target, variables);
  }
  if (language === PYTHON) {
    keepLayersOnPythonPath(target, variables);
  }
  warnOfNewRuntime(target, language);
  target.handler = language.handler;
  Object.defineProperty(target.resource, ATTACHED, { value: coverage });
}

function checkKind(target: AttachableFunction, refuse: Refuse): void {
  if (target.isImage) {
    throw refuse(
      [
        'it is a container image, which takes no layers; use a zip package, or put into its Dockerfile, for Node.js,',
        '  COPY node_modules/cdk-lambda-coverage/assets/layer /opt',
        `  ENV ${Variable.BUCKET}=<bucket> ${Variable.HANDLER}=<the command there is now> ${NO_COMPILE_CACHE}=1`,
        `  CMD ["${WRAPPER_HANDLER}"]`,
        'or, for Python,',
        '  COPY node_modules/cdk-lambda-coverage/assets/python-layer /opt',
        `  ENV ${Variable.BUCKET}=<bucket> ${Variable.HANDLER}=<the command there is now>`,
        `  CMD ["${PYTHON_WRAPPER_HANDLER}"]`,
        'and let it upload with CoverageBucket.grantWrite',
      ].join('\n'),
    );
  }
  // CloudFront's own constructs let the role of a function be assumed for it as soon as it is used there
  const trust = (target.role as Partial<iam.Role> | undefined)?.assumeRolePolicy;
  if (trust && JSON.stringify(trust.toJSON()).includes('edgelambda.amazonaws.com')) {
    throw refuse(EDGE);
  }
}
