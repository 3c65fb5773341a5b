import type { CoverageRange, FunctionCoverage } from '../../contract/raw-coverage';
import type { GeneratedScript } from '../generated-script';
import type { SyntaxNode } from '../syntax';
import { textRange, type TextRange } from '../text-range';

/**
 * Initializers of classes, static and of instances, with a range for each of their members.
 *
 * V8 gives an initializer one range, with whatever stands between: in Node.js 24 from its first member to its last, in 22 the body of the
 * class for both kinds, in 20 the class for instances. So they overlap, and of equal ranges nothing tells which is the inner one.
 *
 * @param functions offsets shifted by `wrapperLength`
 */
export function initializersByMember(functions: readonly FunctionCoverage[], wrapperLength: number, script: GeneratedScript): FunctionCoverage[] {
  return functions.map((fn) => {
    const isStatic = fn.functionName === '<static_initializer>';
    if (!isStatic && fn.functionName !== '<instance_members_initializer>') {
      return fn;
    }
    const [whole, ...blocks] = fn.ranges as [CoverageRange, ...CoverageRange[]];
    const range = textRange(whole, wrapperLength);
    const members = classBody(script, range)
      ?.filter((member) => isInitialized(member) && isStaticMember(member) === isStatic && member.start >= range.start);
    if (!members) {
      return fn;
    }
    // V8 leaves methods out that are inside of a range with the same count, which is 0
    const around = whole.count === 0 ? [whole] : [];
    const apart = members.map(({ start, end }) => ({ ...whole, startOffset: start + wrapperLength, endOffset: end + wrapperLength }));
    return { ...fn, ranges: [...around, ...apart, ...blocks] };
  });
}

/** The members of the innermost class around a range. */
function classBody(script: GeneratedScript, { start, end }: TextRange): readonly SyntaxNode[] | undefined {
  let node: SyntaxNode | undefined = script.tree.startingAt(start)[0];
  while (node && !(/^Class(Declaration|Expression)$/.test(node.type) && node.end >= end)) {
    node = script.tree.parent(node);
  }
  return (node?.body as SyntaxNode | undefined)?.body as SyntaxNode[] | undefined;
}

function isInitialized({ type }: SyntaxNode): boolean {
  return type === 'StaticBlock' || type === 'PropertyDefinition';
}

function isStaticMember({ type, static: isStatic }: SyntaxNode): boolean {
  return type === 'StaticBlock' || isStatic === true;
}
