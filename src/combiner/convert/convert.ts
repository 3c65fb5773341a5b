import type { BranchMapping, FileCoverageData, Range } from 'istanbul-lib-coverage';
import type { ConditionalTwin } from './conditional-twins';
import type { Evaluations } from './evaluations';
import type { GeneratedScript } from './generated-script';
import type { MappedPositions } from './mapped-positions';
import type { OriginalSource } from './original-source';
import { isInPlace, Places, unconditionalParts } from './places';
import { isFunction, isHolder, isNode, leaves, statementList, type SyntaxNode } from './syntax';

export interface Conversion {
  readonly original: OriginalSource;
  /** The counters of the original file. */
  readonly shape: FileCoverageData;
  /** The original file's index in the source map. */
  readonly source: number;
  readonly positions: MappedPositions;
  readonly script: GeneratedScript;
  readonly evaluations: Evaluations;
}

/**
 * The Istanbul coverage of an original file: Istanbul's own counters of that file, each with the count that V8 has for the
 * place in the script where it begins. What is not in the script did not run.
 */
export function convert({ original, shape, source, positions, script, evaluations }: Conversion): FileCoverageData {
  const places = new Places(original, source, positions, script);
  const counted = new Map<SyntaxNode, number>();
  const count = (offsets: readonly number[]) => offsets.reduce((most, offset) => Math.max(most, evaluations.at(offset)), 0);
  const nodeAt = (range: Range) => {
    const start = offsetOf(original, range.start);
    const end = offsetOf(original, range.end);
    return start === undefined || end === undefined ? undefined : original.tree.withRange(start, end);
  };
  const at = (range: Range) => {
    const node = nodeAt(range);
    return node ? countOf(node) : 0;
  };
  const coverage: FileCoverageData = structuredClone(shape);
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
          return statement ? countArms(statement)[armAt(branch, index, statement)] : 0;
        }
        case 'cond-expr': {
          const conditional = node && findType(original, node, 'ConditionalExpression');
          return conditional ? countArms(conditional)[armAt(branch, index, conditional)] : 0;
        }
        case 'switch': {
          const clause = nodeAt(location);
          return clause?.type === 'SwitchCase' ? count(places.ofCase(clause)) : 0;
        }
        case 'default-arg': {
          return node ? countDefault(node) : 0;
        }
        default: {
          const operand = nodeAt(location);
          return operand ? countIfPlaced(places.of(operand)) ?? (index === 0 ? countWith(operand) : countDroppedOperand(branch, index)) : 0;
        }
      }
    });
  }
  return coverage;

  /** A comment such as `istanbul ignore if` leaves one of the arms out. */
  function armAt({ locations }: BranchMapping, index: number, conditional: SyntaxNode): 0 | 1 {
    if (locations.length > 1) {
      return index === 0 ? 0 : 1;
    }
    const start = offsetOf(original, locations[0]!.start);
    return start === undefined || start === (conditional.alternate as SyntaxNode | null)?.start ? 1 : 0;
  }

  /** How often the test held, and how often it did not. */
  function countArms(conditional: SyntaxNode): [number, number] {
    const twin = places.twinOf(conditional);
    if (twin?.remainder) {
      const { role, whole, other } = twin.remainder;
      const left = Math.max(0, evaluations.completions(whole) - evaluations.ofArm(other));
      const rest = Math.max(0, evaluations.completions(twin.test) - left);
      return role === 'consequent' ? [left, rest] : [rest, left];
    }
    const [consequent, alternate] = twin
      ? [twin.consequent, twin.alternate].map((arm) => arm && evaluations.ofArm(arm))
      : [conditional.consequent, conditional.alternate].map((arm) => (isNode(arm) ? countIfPlaced(places.ofArm(arm)) : undefined));
    if (consequent !== undefined && alternate !== undefined) {
      return [consequent, alternate];
    }
    if (twin?.loop) {
      const ended = evaluations.ofFailedTest(twin.loop);
      return [consequent ?? ended, alternate ?? ended];
    }
    // V8 has no block for an arm that is not there: as often as the test, less the times of the other arm.
    const tests = twin ? evaluations.completions(twin.test) : count(places.of(conditional));
    if (consequent === undefined && alternate === undefined) {
      return [0, isNode(conditional.alternate) ? 0 : tests];
    }
    return [consequent ?? Math.max(0, tests - alternate!), alternate ?? Math.max(0, tests - consequent!)];
  }

  function countOf(node: SyntaxNode): number {
    let known = counted.get(node);
    if (known === undefined) {
      counted.set(node, (known = countIfPlaced(places.of(node)) ?? countByContext(node)));
    }
    return known;
  }

  /** Of a statement that has left nothing in the script, such as in `if (test) continue;`. */
  function countByContext(node: SyntaxNode): number {
    const parent = original.tree.parent(node);
    if (parent && isHolder(parent)) {
      return countOf(parent);
    }
    const place = statementList(original.tree, node);
    const previous = place?.list.slice(0, place.index).reverse().find(isInPlace);
    if (previous) {
      return countAfter(previous);
    }
    const arm = place?.owner.type === 'BlockStatement' ? place.owner : node;
    const conditional = original.tree.parent(arm);
    if (conditional?.type !== 'IfStatement' || !places.twinOf(conditional)) {
      return 0;
    }
    return conditional.consequent === arm ? countArms(conditional)[0] : conditional.alternate === arm ? countArms(conditional)[1] : 0;
  }

  function countAfter(statement: SyntaxNode): number {
    if (statement.type !== 'IfStatement') {
      return countOf(statement);
    }
    const [consequent, alternate] = countArms(statement);
    return (leaves(statement.consequent) ? 0 : consequent) + (leaves(statement.alternate) ? 0 : alternate);
  }

  /** Of what runs whenever something around it does: a minifier put another expression where a variable was. */
  function countWith(node: SyntaxNode): number {
    const parent = original.tree.parent(node);
    return parent && unconditionalParts(parent).includes(node) ? countIfPlaced(places.of(parent)) ?? countWith(parent) : 0;
  }

  /** A minifier makes `x == null` of `x === null || x === undefined`; the second comparison counts like the first. */
  function countDroppedOperand({ locations }: BranchMapping, index: number): number {
    const [operand, before] = [locations[index], locations[index - 1]].map((location) => location && nodeAt(location));
    const compares = (node: SyntaxNode | undefined) => node?.type === 'BinaryExpression' && /^[!=]==?$/.test(node.operator as string);
    const nothing = (operand?.right as SyntaxNode | undefined);
    return compares(operand) && compares(before) && (nothing?.type === 'NullLiteral' || nothing?.name === 'undefined') ? count(places.of(before!)) : 0;
  }

  /** V8 has no block for a default value: as often as a conditional expression in it was decided, else as what it is a part of. */
  function countDefault(pattern: SyntaxNode): number {
    const value = findType(original, pattern, 'AssignmentPattern')?.right;
    const conditional = isNode(value) && withParts(value).find((part) => part.type === 'ConditionalExpression' && hasBothArms(places.twinOf(part)));
    return conditional ? countArms(conditional).reduce((sum, arm) => sum + arm) : countAround(pattern);
  }

  function countIfPlaced(offsets: readonly number[]): number | undefined {
    return offsets.length > 0 ? count(offsets) : undefined;
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

/** A node and all in it that runs whenever it runs. */
function withParts(node: SyntaxNode): SyntaxNode[] {
  return [node, ...unconditionalParts(node).flatMap(withParts)];
}

function hasBothArms(twin: ConditionalTwin | undefined): boolean {
  return twin?.consequent !== undefined && twin.alternate !== undefined && !twin.remainder;
}

/** A node of a type among those with the same range as a node. */
function findType(original: OriginalSource, node: SyntaxNode, type: string): SyntaxNode | undefined {
  return original.tree.startingAt(node.start).find((other) => other.end === node.end && other.type === type);
}

/** Istanbul counts lines from 1 and columns from 0; an implicit else has no position. */
function offsetOf(original: OriginalSource, position: Range['start'] | undefined): number | undefined {
  return position?.line === undefined ? undefined : original.lines.offset(position.line - 1, position.column);
}
