import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { build, type Format, type Plugin } from 'esbuild';
import type { CoverageMapData } from 'istanbul-lib-coverage';
import { createInstrumenter } from 'istanbul-lib-instrument';

/** A function to be run under Istanbul: its source and the events that it gets, in one process, in order. */
export interface TruthRun {
  readonly entry: string;
  readonly format: Format;
  readonly events: readonly unknown[];
  /** The `node` to run it with. */
  readonly node: string;
  /** Folder for the bundle. */
  readonly workFolder: string;
  /** Folder that the paths of the result are relative to. */
  readonly root: string;
}

/**
 * What ran, by an independent way: Istanbul's instrumenter puts counters into the original sources, esbuild bundles them,
 * and plain Node.js calls the handler. Nothing of the product takes part.
 */
export async function istanbulTruth({ entry, format, events, node, workFolder, root }: TruthRun): Promise<CoverageMapData> {
  const bundle = path.join(workFolder, format === 'esm' ? 'truth.mjs' : 'truth.cjs');
  const output = path.join(workFolder, 'truth.json');
  const driver = path.join(workFolder, 'driver.mjs');
  await instrumentedBundle({ entry, outfile: bundle, format, root });
  writeFileSync(driver, `
    import { writeFileSync } from 'node:fs';
    const { handler } = await import(${JSON.stringify(bundle)});
    for (const event of ${JSON.stringify(events)}) {
      try { JSON.stringify(await handler(event, { awsRequestId: '0' })); } catch {} // as the runtime does
    }
    writeFileSync(${JSON.stringify(output)}, JSON.stringify(globalThis.__coverage__));
  `);
  await promisify(execFile)(node, [driver]);
  return JSON.parse(readFileSync(output, 'utf8')) as CoverageMapData;
}

/** Bundles a module with Istanbul's counters in its own sources. */
export async function instrumentedBundle({ entry, outfile, format, root }: {
  readonly entry: string; readonly outfile: string; readonly format: Format; readonly root: string;
}): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format,
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
    plugins: [instrumented(root)],
    nodePaths: [path.join(__dirname, '..', '..', 'node_modules')],
  });
}

function instrumented(root: string): Plugin {
  return {
    name: 'istanbul',
    setup({ onLoad }) {
      onLoad({ filter: /\.[cm]?[jt]s$/ }, ({ path: file }) => {
        if (file.includes(`${path.sep}node_modules${path.sep}`)) {
          return undefined;
        }
        const loader = /ts$/.test(file) ? 'ts' as const : 'js' as const;
        const parserPlugins = [...(loader === 'ts' ? ['typescript'] : []), 'topLevelAwait', 'decorators-legacy'];
        const instrumenter = createInstrumenter({ esModules: true, compact: false, parserPlugins });
        const name = path.relative(root, file).split(path.sep).join('/');
        return { contents: instrumenter.instrumentSync(readFileSync(file, 'utf8'), name), loader };
      });
    },
  };
}
