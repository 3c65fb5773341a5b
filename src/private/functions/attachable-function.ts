import { Tokenization, Token, type CfnResource, type aws_iam as iam, type aws_lambda as lambda } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Where in S3 the code of a function is, as its resource says it. */
export interface CodeLocation {
  readonly bucket: string;
  readonly key: string;
}

/** Names the function and says why coverage cannot be attached to it. */
export type Refuse = (reason: string) => Error;

/**
 * A function that is defined in this app, by whatever construct: what attaching has to know of it, and what it changes. The rest of
 * attaching does not know which construct it is.
 */
export interface AttachableFunction {
  /** What messages name. */
  readonly construct: IConstruct;
  readonly resource: CfnResource;
  readonly isImage: boolean;
  /** The identifier, such as `nodejs22.x`; may be a token. */
  readonly runtime: string | undefined;
  /**
   * The family whose latest runtime of the region it has, where that is what CDK determined; it is a token where regions differ, whose
   * values are all current.
   */
  readonly latestOf: lambda.RuntimeFamily | undefined;
  handler: string | undefined;
  readonly layerCount: number;
  /** Where its code is; nothing where it is inline, or a token. */
  code: CodeLocation | undefined;
  /** The property that says so in the template. */
  readonly codeProperty: string;
  readonly role?: iam.IRole;
  readonly grantPrincipal: iam.IPrincipal;
  /** The variables as they are; values may be tokens. */
  variables(): Readonly<Record<string, string>>;
  /** @throws Error where variables cannot be added, or layers, or rights; nothing is changed */
  check(refuse: Refuse): void;
  addLayer(layer: lambda.ILayerVersion): void;
  setVariable(name: string, value: string): void;
}

/** A list or a structure in a template, as CDK holds it. */
type Resolvable = Parameters<typeof Tokenization.resolve>[0];

/**
 * The variables of an `environment` property. Values stay what they are: a lazy one of the user's is not ready before synthesis, and CDK
 * would keep what it gives now.
 */
export function variablesOf(scope: IConstruct, environment: Resolvable): Record<string, string> {
  const resolved: unknown = Tokenization.isResolvable(environment)
    ? Tokenization.resolve(environment, {
      scope,
      preparing: false,
      resolver: {
        resolveToken: (token, context) => token.resolve(context),
        resolveString: (fragments) => fragments.join({ join: (left, right) => `${asString(left)}${asString(right)}` }),
        resolveList: (list) => list,
      },
    })
    : environment;
  const variables = (resolved as lambda.CfnFunction.EnvironmentProperty | undefined)?.variables;
  return variables && !Tokenization.isResolvable(variables) ? { ...variables } : {};
}

function asString(part: unknown): string {
  return part === undefined ? '' : Token.asString(part);
}
