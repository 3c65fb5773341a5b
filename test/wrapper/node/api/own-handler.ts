/** Functions with the layer whose `Handler` is their own: coverage is what their code makes of it. */
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync, type BuildOptions } from 'esbuild';
import { DEFAULT_SETTINGS, encodeEnvironment } from '../../../../src/contract/environment';
import type { LocalLambda, LocalLambdaOptions } from '../../../lambda/local-lambda';
import type { LocalS3 } from '../../../s3/local-s3';
import { taskFolder, type TaskFiles } from '../../../task-folder';
import { BUCKET, LAYER, startPlain, type AttachOptions } from '../attached-function';

const ROOT = join(__dirname, '../../../..');

/** Stopped after the test. */
export async function startOwn(s3: LocalS3, { settings, environment, ...options }: AttachOptions): Promise<LocalLambda> {
  const own: LocalLambdaOptions = {
    ...options,
    layers: [LAYER],
    environment: { ...s3.environment(), ...encodeEnvironment({ ...DEFAULT_SETTINGS, bucket: BUCKET, ...settings }), ...environment },
  };
  return startPlain(own);
}

/** A folder with the packages in its node_modules that a project has installed, and what a function with the layer finds. */
export function projectFolder(files: TaskFiles): string {
  const folder = taskFolder(files);
  const npm = join(folder, 'node_modules', 'cdk-lambda-coverage');
  mkdirSync(join(npm, 'assets'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(npm, 'package.json'));
  cpSync(join(ROOT, 'assets', 'wrapper'), join(npm, 'assets', 'wrapper'), { recursive: true });
  cpSync(join(LAYER, 'nodejs', 'node_modules'), join(folder, 'node_modules'), { recursive: true });
  return folder;
}

/** The package of a function that is bundled as `NodejsFunction` does it: one file, its source map beside it. */
export function bundledFunction(source: string, options: BuildOptions & { readonly format: 'esm' | 'cjs' }): string {
  const project = projectFolder({ 'src/app.ts': source });
  const task = taskFolder({});
  const outfile = join(task, options.format === 'esm' ? 'index.mjs' : 'index.js');
  buildSync({
    entryPoints: [join(project, 'src/app.ts')], outfile, bundle: true, platform: 'node', target: 'node20', sourcemap: true, logLevel: 'silent', ...options,
  });
  return task;
}
