/** What Istanbul's visitor uses of `@babel/core`; stands in for it in the bundles, without Babel's configuration loading. */
export { default as template } from '@babel/template';
export * as types from '@babel/types';
