/** The visitor by its module: the package's index brings all of Babel's configuration loading, which no bundler can follow. */
declare module 'istanbul-lib-instrument/src/visitor' {
  import type { NodePath } from '@babel/traverse';
  import type * as types from '@babel/types';
  import type { FileCoverageData } from 'istanbul-lib-coverage';

  export default function programVisitor(babelTypes: typeof types, path: string): {
    enter(program: NodePath<types.Program>): void;
    exit(program: NodePath<types.Program>): { fileCoverage: FileCoverageData } | undefined;
  };
}
