import * as path from 'node:path';
import { IgnoreStrategy } from 'aws-cdk-lib';
import { Construct, type IConstruct } from 'constructs';
import { errorAt } from './errors';

const ROOT = path.resolve(path.sep);

/** Constructs that are given as such or as globs of their paths, each with all that is in it. */
export class ConstructSelection {
  private readonly constructs: ReadonlySet<IConstruct>;
  private readonly globs: ReadonlyMap<string, IgnoreStrategy>;
  private readonly unusedGlobs: Set<string>;

  /** @throws Error that names the option and the item that cannot be used */
  public constructor(scope: IConstruct, option: string, items: ReadonlyArray<string | IConstruct>) {
    if (!Array.isArray(items)) {
      throw errorAt(scope, `${option} is no list; give constructs and globs of construct paths as its items`);
    }
    const odd = items.find((item) => (typeof item === 'string' ? item === '' || item.startsWith('/') || item.startsWith('!') : !Construct.isConstruct(item)));
    if (odd !== undefined) {
      throw errorAt(scope, `${option} has ${JSON.stringify(String(odd))}; give constructs, or globs of construct paths such as 'Shop/Api/**'`);
    }
    const isGlob = (item: string | IConstruct): item is string => typeof item === 'string';
    this.constructs = new Set(items.filter((item) => !isGlob(item)) as IConstruct[]);
    this.globs = new Map(items.filter(isGlob).map((glob) => [glob, IgnoreStrategy.glob(ROOT, [glob])]));
    this.unusedGlobs = new Set(this.globs.keys());
  }

  /** Whether a construct or one that it is in was given. */
  public has(construct: IConstruct): boolean {
    return construct.node.scopes.filter((one) => this.isGiven(one)).length > 0;
  }

  /** Globs that no construct met that was asked for: misspelt ones, it may be. */
  public unused(): string[] {
    return [...this.unusedGlobs];
  }

  private isGiven(construct: IConstruct): boolean {
    let given = this.constructs.has(construct);
    if (construct.node.path !== '') {
      const file = path.join(ROOT, construct.node.path);
      for (const [glob, strategy] of this.globs) {
        if (strategy.ignores(file)) {
          this.unusedGlobs.delete(glob);
          given = true;
        }
      }
    }
    return given;
  }
}
