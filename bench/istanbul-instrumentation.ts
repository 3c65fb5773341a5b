import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { transform, type Plugin } from 'esbuild';
import type * as Instrument from 'istanbul-lib-instrument';
import { peers } from './peers';

/** Builds the counters of nyc's instrumenter into all TypeScript that is bundled, which is the function's own. */
export function istanbulInstrumentation(): Plugin {
  const ofNyc = createRequire(peers().resolve('nyc'));
  const { createInstrumenter } = ofNyc('istanbul-lib-instrument') as typeof Instrument;
  const instrumenter = createInstrumenter({ esModules: true, compact: true, produceSourceMap: true });
  return {
    name: 'istanbul',
    setup: (build) => {
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const { code } = await transform(readFileSync(path, 'utf8'), { loader: 'ts', sourcefile: path, target: 'node20' });
        return { contents: instrumenter.instrumentSync(code, path), loader: 'js' };
      });
    },
  };
}
