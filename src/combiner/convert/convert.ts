import type { FileCoverageData, Range } from 'istanbul-lib-coverage';
import type { BlockCounts } from './block-counts';
import type { GeneratedScript } from './generated-script';
import type { MappedPositions } from './mapped-positions';
import type { OriginalSource } from './original-source';
import { Places } from './places';
import { isFunction, isNode, type SyntaxNode } from './syntax';

export interface Conversion {
  readonly original: OriginalSource;
  /** The original file's index in the source map. */
  readonly source: number;
  readonly positions: MappedPositions;
  readonly script: GeneratedScript;
  readonly counts: BlockCounts;
}

/**
 * The Istanbul coverage of an original file: Istanbul's own counters of that file, each with the count that V8 has for the
 * place in the script where it begins. What is not in the script did not run.
 */
export function convert({ original, source, positions, script, counts }: Conversion): FileCoverageData {
  const places = new Places(original, source, positions, script);
  const count = (offsets: readonly number[]) => offsets.reduce((most, offset) => Math.max(most, counts.at(offset)), 0);
  const nodeAt = (range: Range) => {
    const start = offsetOf(original, range.start);
    const end = offsetOf(original, range.end);
    return start === undefined || end === undefined ? undefined : original.tree.withRange(start, end);
  };
  const at = (range: Range) => {
    const node = nodeAt(range);
    return node ? count(places.of(node)) : 0;
  };
  const coverage: FileCoverageData = structuredClone(original.shape);
  for (const [id, range] of Object.entries(coverage.statementMap)) {
    coverage.s[id] = at(range);
  }
  const bodies = new Map(original.tree.nodes.filter(isFunction).map((node) => [(node.body as SyntaxNode | undefined)?.start, node]));
  for (const [id, { loc }] of Object.entries(coverage.fnMap)) {
    const node = bodies.get(offsetOf(original, loc.start));
    coverage.f[id] = node ? count(places.ofBody(node)) : 0;
  }
  for (const [id, branch] of Object.entries(coverage.branchMap)) {
    const node = nodeAt(branch.loc);
    coverage.b[id] = branch.locations.map((location, index) => {
      switch (branch.type) {
        case 'if': {
          const statement = node && findType(original, node, 'IfStatement');
          return statement ? countIf(statement, index) : 0;
        }
        case 'cond-expr': {
          const conditional = node && findType(original, node, 'ConditionalExpression');
          return conditional ? count(places.ofArm(conditional, index === 0 ? 'consequent' : 'alternate')) : 0;
        }
        case 'switch': {
          const clause = nodeAt(location);
          return clause?.type === 'SwitchCase' ? count(places.ofCase(clause)) : 0;
        }
        case 'default-arg': {
          // V8 has no block for it: counted as often as what it is a part of.
          return node ? countAround(node) : 0;
        }
        default:
          return at(location);
      }
    });
  }
  return coverage;

  function countIf(statement: SyntaxNode, index: number): number {
    const consequent = count(places.ofArm(statement, 'consequent'));
    if (index === 0) {
      return consequent;
    }
    // V8 has no block for an else that is not there: as often as the condition, less the times that it held.
    return isNode(statement.alternate)
      ? count(places.ofArm(statement, 'alternate'))
      : Math.max(0, count(places.of(statement)) - consequent);
  }

  function countAround(node: SyntaxNode): number {
    let around: SyntaxNode | undefined = node;
    while (around && !isFunction(around)) {
      const places_ = places.of(around);
      if (around !== node && places_.length > 0) {
        return count(places_);
      }
      around = original.tree.parent(around);
    }
    return around ? count(places.ofBody(around)) : 0;
  }
}

/** A node of a type among those with the same range as a node. */
function findType(original: OriginalSource, node: SyntaxNode, type: string): SyntaxNode | undefined {
  return original.tree.startingAt(node.start).find((other) => other.end === node.end && other.type === type);
}

/** Istanbul counts lines from 1 and columns from 0; an implicit else has no position. */
function offsetOf(original: OriginalSource, position: Range['start'] | undefined): number | undefined {
  return position?.line === undefined ? undefined : original.lines.offset(position.line - 1, position.column);
}
