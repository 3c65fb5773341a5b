import { Component, type typescript } from 'projen';

/**
 * `npm test` and `npm run demo` do everything on a fresh clone, each alone: they install what is missing first.
 * projen's own script (`npx projen test`) needs an installed projen, and npm's `pre…` scripts are off by .npmrc.
 */
export class OneCommand extends Component {
  constructor(project: typescript.TypeScriptProject) {
    super(project);
    const demo = project.addTask('demo', { description: 'The main job, end to end, on embedded parts' });
    demo.spawn(project.tasks.tryFind('bundle')!);
    demo.exec('tsx --tsconfig tsconfig.dev.json examples/demo.ts', { receiveArgs: true });
    const pictures = project.addTask('docs:pictures', { description: 'Make the pictures in docs/images anew' });
    pictures.spawn(project.tasks.tryFind('bundle')!);
    pictures.exec('tsx --tsconfig tsconfig.dev.json test/docs/pictures.ts');
    project.addDevDeps('@xterm/xterm@^5.5.0');
    project.testTask.prependSpawn(project.tasks.tryFind('bundle')!);
    for (const task of ['test', 'demo', 'docs:pictures']) {
      project.package.setScript(task, `node projenrc/installed.mjs projen ${task}`);
    }
  }
}
