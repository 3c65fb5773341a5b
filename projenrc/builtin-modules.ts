import { isBuiltin } from 'node:module';
import type { Plugin } from 'esbuild';

/** What the modules that {@link builtinModules} makes call; Node.js 18 has no `getBuiltinModule`. */
export const LOAD_BUILTIN = [
  'const loadBuiltin = process.getBuiltinModule',
  "(await import('node:module')).createRequire(import.meta.url);",
].join(' ?? ');

/**
 * Loads Node's own modules as `require` does, for an ES module that has to start fast: an `import` of one reads all of its exports
 * to show them, which takes 0.3 to 1 ms each and, where a getter is among them, loads more.
 */
export const builtinModules: Plugin = {
  name: 'builtin-modules',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /.*/ }, ({ path }) => (isBuiltin(path) ? { path, namespace: 'builtin' } : undefined));
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({ contents: `module.exports = loadBuiltin(${JSON.stringify(path)});`, loader: 'js' }));
  },
};
