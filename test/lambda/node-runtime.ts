import * as path from 'node:path';
import type { FunctionConfiguration, RuntimeProgram } from './function-configuration';
import { nodeBinary, type NodeBinary, type NodeVersion } from './node-versions';
import type { RuntimeClient } from './runtime-clients';
import { runtimeFolder, type Addon } from './runtime-folder';

export interface NodeRuntimeOptions {
  readonly node: NodeVersion;
  readonly client: RuntimeClient;
  readonly addon: Addon;
}

/** Node.js with AWS's client for it. */
export class NodeRuntime implements RuntimeProgram {
  public static async of({ node, client, addon }: NodeRuntimeOptions): Promise<NodeRuntime> {
    return new NodeRuntime(await nodeBinary(node), await runtimeFolder(client, addon));
  }

  private constructor(private readonly node: NodeBinary, public readonly folder: string) {}

  public get bin(): string {
    return path.dirname(this.node.path);
  }

  public command(configuration: FunctionConfiguration): string[] {
    return [this.node.path, ...this.nodeOptions(configuration), path.join(this.folder, 'index.mjs')];
  }

  /** In the order of the managed runtimes' bootstrap script. */
  public variables({ runtime, opt, taskRoot }: FunctionConfiguration): Record<string, string> {
    const folders = [
      opt.map(`/opt/nodejs/${runtime.replace(/^nodejs(\d+)\.x$/, 'node$1')}/node_modules`),
      opt.map('/opt/nodejs/node_modules'),
      path.join(this.folder, 'node_modules'),
      this.folder,
      taskRoot,
    ];
    return { NODE_PATH: folders.join(path.delimiter) };
  }

  /** As the bootstrap script computes them: a tenth of the memory for the young generation, in two halves. */
  private nodeOptions({ memorySize, environment }: FunctionConfiguration): string[] {
    const newSpace = Math.floor(memorySize / 10);
    return [
      '--expose-gc',
      '--max-http-header-size=81920',
      `--max-semi-space-size=${Math.floor(newSpace / 2)}`,
      `--max-old-space-size=${memorySize - newSpace}`,
      ...this.experimentsTurnedOff().filter((option) => !environment.NODE_OPTIONS?.includes(option.replace('--no-', '--'))),
    ];
  }

  /** @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html "experimental features that Lambda disables" */
  private experimentsTurnedOff(): string[] {
    switch (this.node.major) {
      case 20: return ['--no-experimental-require-module'];
      case 22: return ['--no-experimental-require-module', '--no-experimental-detect-module'];
      default: return [];
    }
  }
}
