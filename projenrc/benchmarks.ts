import { Component, type typescript } from 'projen';

/** `npm run bench`: see bench/README.md. What it compares with is pinned in bench/peers. */
export class Benchmarks extends Component {
  constructor(project: typescript.TypeScriptProject) {
    super(project);
    // Exact versions: the seed of a run gives the same order and the same intervals again. simple-statistics from 7.9.3 on has types
    // for ES modules only, which the harness, being CommonJS as all of this repository, cannot import.
    project.addDevDeps('simple-statistics@7.9.2', 'pure-rand@8.4.2');
    const bench = project.addTask('bench', { description: 'Measure what coverage costs; writes bench/results and docs/performance.md' });
    bench.spawn(project.tasks.tryFind('bundle')!);
    bench.exec('tsx --tsconfig tsconfig.dev.json bench/bench.ts', { receiveArgs: true });
    project.package.setScript('bench', 'node projenrc/installed.mjs projen bench');
    const accuracy = project.addTask('bench:accuracy', { description: 'Compare converters of V8 coverage with Istanbul; writes the table of docs/accuracy.md' });
    accuracy.exec('tsx --tsconfig tsconfig.dev.json bench/accuracy/accuracy.ts');
    project.package.setScript('bench:accuracy', 'node projenrc/installed.mjs projen bench:accuracy');
    project.addGitIgnore('/bench/out/');
    project.addGitIgnore('/bench/results/history/');
  }
}
