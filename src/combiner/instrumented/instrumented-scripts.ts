import { isNamed } from '../build-roots';
import type { Instrumentation } from './instrumentation';
import { reportedPath } from '../../conversion/original-path';
import { ownSources } from '../../conversion/own-code';
import type { ScriptSource } from '../../conversion/script-source';
import type { MergedScript } from '../merging/raw-merge';

/** What a script says of the instrumented files in it, and they of it. */
export interface InstrumentedScript {
  /** Original files of the script whose own counters tell of them: V8 counted their instrumented code. */
  readonly told: (path: string) => boolean;
  /** The names that V8's coverage has for files in the script. */
  readonly names: readonly string[];
  /** The texts of original files, by their paths when they were built. */
  readonly texts: ReadonlyMap<string, string>;
  /** For the user. */
  readonly problem?: string;
}

/** @param instrumented what was instrumented in the script, one at least */
export function instrumentedScript(script: MergedScript, { map }: ScriptSource, instrumented: readonly Instrumentation[]): InstrumentedScript {
  const paths = [...new Set(instrumented.flatMap(({ path, originals }) => [path, ...originals]))];
  const sources = map ? ownSources(script.path, map) : [];
  const told = sources.filter(({ path }) => paths.some((one) => isNamed(one, path)));
  const itself = reportedPath(script.path);
  const isOneFile = instrumented.some(({ path }) => isNamed(path, itself));
  if (told.length > 0) {
    const names = new Set(told.map(({ path }) => path));
    const rest = sources.filter(({ path }) => !names.has(path));
    const isReadable = rest.length === 0 || rest.some(({ content }) => content !== undefined);
    const texts = told.flatMap(({ path, content }) => paths
      .filter((one) => content !== undefined && isNamed(one, path) && !instrumented.some((file) => file.isIn(content)))
      .map((one) => [one, content!] as const));
    return {
      told: (path) => !isReadable || names.has(path),
      names: sources.map(({ path }) => path),
      texts: new Map(texts),
      ...(!isReadable && { problem: `its source map does not hold the text of ${rest.map(({ path }) => path).join(', ')}, which is left out; bundle with sourcesContent` }),
    };
  }
  if (isOneFile) {
    // a map, if there is one, is of the code before it was instrumented: nothing of V8's counts fits to it
    return { told: () => true, names: [itself], texts: new Map() };
  }
  if (!map) {
    return {
      told: () => true,
      names: [],
      texts: new Map(),
      problem: 'it was instrumented and has no source map, so only what its own counters tell of is in the report; bundle with a source map for the rest',
    };
  }
  return { told: () => false, names: sources.map(({ path }) => path), texts: new Map() };
}
