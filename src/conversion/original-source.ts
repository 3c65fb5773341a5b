/// <reference path="./istanbul-visitor.d.ts" />
import { parse, type ParserOptions, type ParserPlugin } from '@babel/parser';
import traverse, { type NodePath, type Visitor } from '@babel/traverse';
import * as types from '@babel/types';
import type { FileCoverageData } from 'istanbul-lib-coverage';
import programVisitor from 'istanbul-lib-instrument/src/visitor';
import { asIstanbulHints, ignoredLines, isWholeFileIgnored, withoutLines, type SourceComment } from './ignore-hints';
import { LineOffsets } from './line-offsets';
import { SyntaxTree, type SyntaxNode } from './syntax';

/** An original file: its text, its syntax tree, and the counters that Istanbul's instrumenter would put into it. */
export class OriginalSource {
  public readonly lines: LineOffsets;
  public readonly tree: SyntaxTree;
  /** All counts are 0. Nothing where a comment leaves the whole file out. */
  public readonly shape: FileCoverageData | undefined;

  /** @throws SyntaxError if the file is neither TypeScript nor JavaScript as its name says */
  public constructor(public readonly path: string, public readonly text: string) {
    const options: ParserOptions = {
      sourceType: 'unambiguous', plugins: pluginsFor(path), allowReturnOutsideFunction: true, allowAwaitOutsideFunction: true, errorRecovery: true,
    };
    try {
      this.tree = new SyntaxTree(parse(text, options).program as unknown as SyntaxNode);
      this.shape = istanbulShape(path, text, options);
    } catch (error) {
      throw new SyntaxError(`${path}: ${(error as Error).message}`);
    }
    this.lines = new LineOffsets(text);
  }
}

/**
 * The counters by Istanbul's own visitor (istanbul-lib-instrument 6), which jest, vitest and nyc instrument with; so what
 * they measured of this file joins counter by counter. It changes the tree that it walks, so that has to be one of its own.
 *
 * It is given a stand-in for Babel's path of the program: nothing of it needs scopes, and they cost more than all the rest.
 */
function istanbulShape(path: string, text: string, options: ParserOptions): FileCoverageData | undefined {
  const file = parse(text, options);
  const comments: SourceComment[] = file.comments ?? [];
  asIstanbulHints(comments);
  if (isWholeFileIgnored(comments)) {
    return undefined;
  }
  const visitor = programVisitor(TYPES, path);
  let shape: FileCoverageData | undefined;
  traverse(file, {
    noScope: true,
    Program(program) {
      const standIn = {
        node: program.node,
        find: program.find.bind(program),
        scope: { hasBinding: () => false, getBinding: () => undefined },
        traverse: (inner: Visitor<unknown>, state: unknown) => traverse(program.node, { ...inner, noScope: true }, undefined, state, program),
      } as unknown as NodePath<types.Program>;
      visitor.enter(standIn);
      shape = visitor.exit(standIn)?.fileCoverage;
      program.stop();
    },
  });
  traverse.cache.clear(); // weak, but the collector pays for each node in it
  const { statementMap, fnMap, branchMap, s, f, b } = shape ?? { statementMap: {}, fnMap: {}, branchMap: {}, s: {}, f: {}, b: {} };
  // Its own JSON: the visitor's objects share positions with the tree.
  const whole = JSON.parse(JSON.stringify({ path, statementMap, fnMap, branchMap, s, f, b })) as FileCoverageData;
  return withoutLines(whole, ignoredLines(comments, text));
}

/** The visitor makes code of its result, which nobody reads here. */
const TYPES: typeof types = { ...types, valueToNode: (() => types.nullLiteral()) as unknown as typeof types.valueToNode };

/** Syntax extensions by file name. Type assertions in angle brackets and JSX exclude each other, as in TypeScript. */
function pluginsFor(path: string): ParserPlugin[] {
  const common: ParserPlugin[] = ['decorators-legacy', 'explicitResourceManagement', 'importAttributes'];
  if (/\.[cm]?ts$/.test(path)) {
    return ['typescript', ...common];
  }
  return path.endsWith('.tsx') ? ['typescript', 'jsx', ...common] : ['jsx', ...common];
}
