import { Component, type typescript } from 'projen';

/** Folders of `src/` and the folders of `src/` that each may import from; `construct` stands for the files at its root. */
const ARROWS: Record<string, string[]> = {
  contract: [],
  patterns: [],
  wrapper: ['contract', 'patterns'],
  conversion: ['contract', 'patterns'],
  instrumenter: ['contract', 'conversion', 'patterns'],
  combiner: ['contract', 'conversion', 'patterns'],
  cli: ['combiner', 'contract'],
};

/** The import arrows of the architecture as lint errors: constructs → contract ← wrapper, contract ← combiner ← cli; and
 * what several need: conversion (instrumenter and combiner), patterns (all that match files). */
export class Linting extends Component {
  constructor(project: typescript.TypeScriptProject) {
    super(project);
    const zones = Object.entries(ARROWS).map(([folder, allowed]) => ({
      target: `./src/${folder}`,
      from: './src',
      except: [folder, ...allowed].map((name) => `./${name}`),
      message: `src/${folder} may import from ${allowed.map((name) => `src/${name}`).join(' and ') || 'nothing'} only`,
    }));
    const bundled = Object.keys(ARROWS).filter((folder) => folder !== 'contract');
    const constructs = {
      target: ['./src/*.ts', './src/private'],
      from: bundled.map((folder) => `./src/${folder}`),
      message: 'constructs run at synth time and may import from src/contract and src/private only',
    };
    project.eslint?.addRules({ 'import/no-restricted-paths': ['error', { zones: [...zones, constructs] }] });
    project.eslint?.addRules({
      '@stylistic/max-len': ['error', { code: 150, ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true }],
    });
    for (const folder of bundled) {
      project.eslint?.allowDevDeps(`src/${folder}/**`);
    }
    project.eslint?.allowDevDeps('projenrc/**');
    project.eslint?.allowDevDeps('examples/**');
    project.eslint?.allowDevDeps('bench/**');
  }
}
