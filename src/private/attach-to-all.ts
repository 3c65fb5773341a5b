import { Annotations, AspectPriority, Aspects, Stage, type IAspect } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { isCdkFunction } from './cdk-functions';
import type { ConstructSelection } from './construct-selection';
import { Refusal } from './errors';
import type { AttachableFunction } from './functions/attachable-function';
import { functionOfResource, isFunctionResource } from './functions/find-function';
import { isOwnFunction } from './own-function';
import { warn } from './warnings';

const LEFT_OUT = 'cdk-lambda-coverage:leftOut';
const LATE_STAGE = 'cdk-lambda-coverage:lateStage';
const UNUSED = 'cdk-lambda-coverage:unusedPattern';

/** What attaching to everything in a scope needs of the coverage layer that does it. */
export interface Attaching {
  readonly coverage: IConstruct;
  readonly include?: ConstructSelection;
  readonly exclude: ConstructSelection;
  readonly attach: (target: AttachableFunction) => void;
  readonly leaveOut: (construct: IConstruct, reason: string) => void;
}

/**
 * Attaches coverage to the functions of a scope when the app is synthesized, before aspects that only read. CDK's aspects end at stages,
 * so each stage in the scope gets this one as well.
 */
export class AttachToAll implements IAspect {
  private readonly stages = new Set<IConstruct>();
  private readonly visited = new Set<IConstruct>();

  public constructor(private readonly scope: IConstruct, private readonly attaching: Attaching) {
    for (const one of [scope, ...stagesIn(scope)]) {
      Aspects.of(one).add(this, { priority: AspectPriority.MUTATING });
      this.stages.add(one);
    }
    attaching.coverage.node.addValidation({ validate: () => this.warnings() });
  }

  public visit(construct: IConstruct): void {
    if (!isFunctionResource(construct)) {
      return;
    }
    this.visited.add(Stage.of(construct)!);
    const { attaching } = this;
    const target = functionOfResource(construct);
    const named = target?.construct ?? construct;
    const isExcluded = attaching.exclude.has(named);
    if (isExcluded || attaching.include?.has(named) === false) {
      attaching.leaveOut(named, isExcluded ? 'it is excluded' : 'it is not among what is included');
    } else if (isOwnFunction(named)) {
      attaching.leaveOut(named, 'it is part of coverage itself');
    } else if (!target) {
      attaching.leaveOut(named, 'it is a plain CfnResource, as CDK makes them for its own use; define it with lambda.Function or lambda.CfnFunction if it is yours');
    } else if (isCdkFunction(target)) {
      attaching.leaveOut(named, 'CDK makes it for its own use');
    } else {
      this.attach(target);
    }
  }

  private attach(target: AttachableFunction): void {
    try {
      this.attaching.attach(target);
    } catch (error) {
      if (!(error instanceof Refusal)) {
        throw error;
      }
      const { attaching: { coverage, leaveOut } } = this;
      leaveOut(target.construct, error.reason);
      warn(target.construct, LEFT_OUT, `coverage of '${coverage.node.path}' leaves it out: ${error.reason}`);
    }
  }

  /** What can be told only when everything has been visited. */
  private warnings(): string[] {
    const { coverage, include, exclude } = this.attaching;
    for (const stage of stagesIn(this.scope).filter((one) => !this.visited.has(one) && hasFunctions(one))) {
      const when = this.stages.has(stage) ? 'was synthesized before' : 'was added after';
      warn(coverage, LATE_STAGE, `stage '${stage.node.path}' ${when} attachToAll was called and is left out; make a CoverageLayer in the stage itself`);
    }
    for (const [option, selection] of Object.entries({ include, exclude })) {
      for (const glob of selection?.unused() ?? []) {
        warn(coverage, UNUSED, `${option} has '${glob}', which is the path of no function or of what one is in`);
      }
    }
    return [];
  }
}

function stagesIn(scope: IConstruct): IConstruct[] {
  return scope.node.findAll().filter((one) => one !== scope && Stage.isStage(one));
}

function hasFunctions(stage: IConstruct): boolean {
  return stage.node.findAll().some((one) => Stage.of(one) === stage && isFunctionResource(one));
}

/** A line that says how many functions have coverage, and which have not. */
export function summarize(coverage: IConstruct, attached: readonly string[], leftOut: ReadonlyMap<string, string>): void {
  const others = [...leftOut].map(([path, reason]) => `\n  ${path}: ${reason.split('\n')[0]}`);
  const left = others.length === 0 ? 'none is left out' : `left out are ${others.length}:${others.join('')}`;
  Annotations.of(coverage).addInfo(`coverage is attached to ${attached.length} function${attached.length === 1 ? '' : 's'}; ${left}`);
}
