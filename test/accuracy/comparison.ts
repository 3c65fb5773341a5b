import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CoverageMapData } from 'istanbul-lib-coverage';
import type { BothWays } from './both-ways';
import { AS_IT_IS } from './builds';
import { counters, differences } from './counters';
import { convertScript } from '../../src/combiner/convert-script';
import { countedFiles } from '../../src/combiner/counters/counted-files';
import { scriptSource } from '../../src/combiner/kept-content';
import { RawMerge } from '../../src/combiner/merging/raw-merge';
import { Repository } from '../../src/combiner/repository';
import { OriginalSources } from '../../src/conversion/original-sources';
import { rawCoverage } from '../combiner/raw-coverage';

/** How what the combiner makes of V8's counts goes with Istanbul's. */
export interface Comparison extends Pick<BothWays, 'program' | 'build' | 'node'> {
  readonly counters: number;
  /** As `counters.ts` prints them. */
  readonly differences: readonly string[];
  /** What the conversion could not tell. */
  readonly problems: readonly string[];
}

/** Counter by counter. A file of which the bundler took nothing is known to nobody, and is not compared. */
export async function compare(run: BothWays, originals = new OriginalSources()): Promise<Comparison> {
  const { program, build, node, truth } = run;
  const { coverage, problems } = await converted(run, originals);
  const expected = counters(Object.fromEntries(Object.entries(truth).filter(([path]) => path in coverage)));
  return { program, build, node, counters: expected.size, differences: differences(counters(coverage), expected), problems };
}

/** Parsing the original files costs more than all else: they are shared. */
export async function compareAll(runs: readonly BothWays[]): Promise<Comparison[]> {
  const originals = new OriginalSources();
  const comparisons: Comparison[] = [];
  for (const run of runs) {
    comparisons.push(await compare(run, originals));
  }
  return comparisons;
}

/** The same by the counters that are built in. */
export function compareBuiltIn({ program, build, node, truth, builtIn: { table, values } }: BothWays): Comparison {
  const coverage = Object.fromEntries(countedFiles(table, values, true).map((file) => [file.path, file.coverage]));
  const expected = counters(Object.fromEntries(Object.entries(truth).filter(([path]) => path in coverage)));
  return { program, build, node, counters: expected.size, differences: differences(counters(coverage), expected), problems: [] };
}

/** By the combiner, from the raw objects that a wrapper would have uploaded. */
export async function converted(run: BothWays, originals: OriginalSources): Promise<{ coverage: CoverageMapData; problems: readonly string[] }> {
  const kept = new Map<string, Buffer>();
  const keep = (path: string) => {
    const content = readFileSync(path);
    const hash = createHash('sha256').update(content).digest('hex');
    kept.set(hash, content);
    return hash;
  };
  const sha256 = keep(run.script);
  const sourceMap = run.sourceMap && keep(run.sourceMap);
  const path = run.build === AS_IT_IS ? 'src/handler.js' : relative(run.folder, run.script).replaceAll(sep, '/');
  const merge = new RawMerge();
  const constant = { path, url: pathToFileURL(run.script).href, sha256, wrapperLength: 0, ...(sourceMap && { sourceMap }) };
  for (const functions of run.takes) {
    merge.add(rawCoverage({ result: [{ ...constant, functions }] }));
  }
  const [script] = merge.scripts();
  const source = await scriptSource(async (hash) => kept.get(hash), script!);
  const repository = new Repository(run.folder);
  const { files, problems } = convertScript(script!, source!, { originals, textOf: (name) => repository.text(name) });
  return { coverage: Object.fromEntries(files.map(({ path: name, coverage }) => [name, { ...coverage, path: name }])), problems };
}
