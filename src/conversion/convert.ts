import type { BranchMapping, FileCoverageData, Range } from 'istanbul-lib-coverage';
import type { ConditionalTwin } from './conditional-twins';
import type { Counts } from './counts';
import type { GeneratedScript } from './generated-script';
import type { MappedPositions } from './mapped-positions';
import type { OriginalSource } from './original-source';
import { isInPlace, Places, unconditionalParts } from './places';
import { isFunction, isHolder, isNode, leaves, statementList, type SyntaxNode } from './syntax';

export interface Conversion<T> {
  readonly original: OriginalSource;
  /** The counters of the original file. */
  readonly shape: FileCoverageData;
  /** The original file's index in the source map. */
  readonly source: number;
  readonly positions: MappedPositions;
  readonly script: GeneratedScript;
  readonly counts: Counts<T>;
}

/** What Istanbul calls them: statements, functions and the arms of branches, by their ids in the shape. */
export interface Counters<T> {
  readonly s: Record<string, T>;
  readonly f: Record<string, T>;
  readonly b: Record<string, T[]>;
}

/**
 * The Istanbul coverage of an original file: Istanbul's own counters of that file, each with the count of the place in the script where
 * it begins. What is not in the script did not run.
 */
export function convert<T>({ original, shape, source, positions, script, counts }: Conversion<T>): Counters<T> {
  const places = new Places(original, source, positions, script);
  const counted = new Map<SyntaxNode, T>();
  const { never } = counts;
  const count = (offsets: readonly number[]) => (offsets.length === 0 ? never : counts.most(offsets.map((offset) => counts.at(offset))));
  const nodeAt = (range: Range) => {
    const start = offsetOf(original, range.start);
    const end = offsetOf(original, range.end);
    return start === undefined || end === undefined ? undefined : original.tree.withRange(start, end);
  };
  const at = (range: Range) => {
    const node = nodeAt(range);
    return node ? countOf(node) : never;
  };
  const counters: Counters<T> = { s: {}, f: {}, b: {} };
  for (const [id, range] of Object.entries(shape.statementMap)) {
    counters.s[id] = at(range);
  }
  const bodies = new Map(original.tree.nodes.filter(isFunction).map((node) => [(node.body as SyntaxNode | undefined)?.start, node]));
  for (const [id, { loc }] of Object.entries(shape.fnMap)) {
    const node = bodies.get(offsetOf(original, loc.start));
    counters.f[id] = node ? count(places.ofBody(node)) : never;
  }
  for (const [id, branch] of Object.entries(shape.branchMap)) {
    const node = nodeAt(branch.loc);
    counters.b[id] = branch.locations.map((location, index) => {
      switch (branch.type) {
        case 'if': {
          const statement = node && findType(original, node, 'IfStatement');
          return statement ? countArms(statement)[armAt(branch, index, statement)] : never;
        }
        case 'cond-expr': {
          const conditional = node && findType(original, node, 'ConditionalExpression');
          return conditional ? countArms(conditional)[armAt(branch, index, conditional)] : never;
        }
        case 'switch': {
          const clause = nodeAt(location);
          return clause?.type === 'SwitchCase' ? count(places.ofCase(clause)) : never;
        }
        case 'default-arg': {
          return node ? countDefault(node) : never;
        }
        default: {
          const operand = nodeAt(location);
          return operand ? countIfPlaced(places.of(operand)) ?? (index === 0 ? countWith(operand) : countDroppedOperand(branch, index)) : never;
        }
      }
    });
  }
  return counters;

  /** A comment such as `istanbul ignore if` leaves one of the arms out. */
  function armAt({ locations }: BranchMapping, index: number, conditional: SyntaxNode): 0 | 1 {
    if (locations.length > 1) {
      return index === 0 ? 0 : 1;
    }
    const start = offsetOf(original, locations[0]!.start);
    return start === undefined || start === (conditional.alternate as SyntaxNode | null)?.start ? 1 : 0;
  }

  /** How often the test held, and how often it did not. */
  function countArms(conditional: SyntaxNode): readonly [T, T] {
    const twin = places.twinOf(conditional);
    if (twin) {
      return counts.arms(twin);
    }
    const [consequent, alternate] = [conditional.consequent, conditional.alternate]
      .map((arm) => (isNode(arm) ? countIfPlaced(places.ofArm(arm)) : undefined));
    const tests = count(places.of(conditional));
    if (consequent === undefined && alternate === undefined) {
      return [never, isNode(conditional.alternate) ? never : tests];
    }
    return [consequent ?? counts.less(tests, alternate!), alternate ?? counts.less(tests, consequent!)];
  }

  function countOf(node: SyntaxNode): T {
    let known = counted.get(node);
    if (known === undefined) {
      counted.set(node, (known = countIfPlaced(places.of(node)) ?? countByContext(node)));
    }
    return known;
  }

  /** Of a statement that has left nothing in the script, such as in `if (test) continue;`. */
  function countByContext(node: SyntaxNode): T {
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
      return never;
    }
    return conditional.consequent === arm ? countArms(conditional)[0] : conditional.alternate === arm ? countArms(conditional)[1] : never;
  }

  function countAfter(statement: SyntaxNode): T {
    if (statement.type !== 'IfStatement') {
      return countOf(statement);
    }
    const [consequent, alternate] = countArms(statement);
    return counts.sum([...(leaves(statement.consequent) ? [] : [consequent]), ...(leaves(statement.alternate) ? [] : [alternate])]);
  }

  /** Of what runs whenever something around it does: a minifier put another expression where a variable was. */
  function countWith(node: SyntaxNode): T {
    const parent = original.tree.parent(node);
    return parent && unconditionalParts(parent).includes(node) ? countIfPlaced(places.of(parent)) ?? countWith(parent) : never;
  }

  /** A minifier makes `x == null` of `x === null || x === undefined`; the second comparison counts like the first. */
  function countDroppedOperand({ locations }: BranchMapping, index: number): T {
    const [operand, before] = [locations[index], locations[index - 1]].map((location) => location && nodeAt(location));
    const compares = (node: SyntaxNode | undefined) => node?.type === 'BinaryExpression' && /^[!=]==?$/.test(node.operator as string);
    const nothing = (operand?.right as SyntaxNode | undefined);
    return compares(operand) && compares(before) && (nothing?.type === 'NullLiteral' || nothing?.name === 'undefined') ? count(places.of(before!)) : never;
  }

  /** Where the value has no count of its own: as often as a conditional expression in it was decided, else as what it is a part of. */
  function countDefault(pattern: SyntaxNode): T {
    const value = findType(original, pattern, 'AssignmentPattern')?.right;
    if (counts.knowsDefaults) {
      return isNode(value) ? count(places.ofDefault(pattern, value)) : never;
    }
    const conditional = isNode(value) && withParts(value).find((part) => part.type === 'ConditionalExpression' && hasBothArms(places.twinOf(part)));
    return conditional ? counts.sum(countArms(conditional)) : countAround(pattern);
  }

  function countIfPlaced(offsets: readonly number[]): T | undefined {
    return offsets.length > 0 ? count(offsets) : undefined;
  }

  function countAround(node: SyntaxNode): T {
    let around: SyntaxNode | undefined = node;
    while (around && !isFunction(around)) {
      const places_ = places.of(around);
      if (around !== node && places_.length > 0) {
        return count(places_);
      }
      around = original.tree.parent(around);
    }
    return around ? count(places.ofBody(around)) : never;
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
