import type { TraceMap } from '@jridgewell/trace-mapping';
import type { FileCoverageData } from 'istanbul-lib-coverage';
import { GeneratedScript } from './generated-script';
import { LineOffsets } from './line-offsets';
import { SamePositions, SourceMapPositions, type MappedPositions } from './mapped-positions';
import { isVendored, originalPath, reportedPath } from './original-path';
import type { OriginalSource } from './original-source';
import type { OriginalSources } from './original-sources';
import type { ScriptSource } from './script-source';
import type { TextRange } from './text-range';
import { boundedPathFilter } from '../patterns/bounded-path-filter';

/** The parts of a script that are the user's own, and where they come from. */
export interface OwnCode {
  readonly script: GeneratedScript;
  readonly positions: MappedPositions;
  /** The original files; the script itself where it has no source map. */
  readonly files: readonly OwnFile[];
}

export interface OwnFile {
  /** In the source map. */
  readonly index: number;
  /** As a report names it. */
  readonly path: string;
  readonly original: OriginalSource;
  /** Its counters, all of them 0. */
  readonly shape: FileCoverageData;
}

/** A script, and what of it is to be reported. */
export interface WantedScript {
  /** Path below the task root. */
  readonly path: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** What may be known besides the script. */
export interface OwnCodeContext {
  readonly originals: OriginalSources;
  /** Where functions of the script are: those with nothing of the user's need not be parsed. @default - all of it is */
  readonly functions?: readonly TextRange[];
  /** Original files that something else tells of. @default - none */
  readonly told?: (path: string) => boolean;
  /** The text of an original file that the source map does not hold, by its path in the report and by that in the map. @default - it is not found */
  readonly textOf?: (path: string, source: string) => string | undefined;
}

/**
 * Reads what of a script is the user's own.
 *
 * @param problems gets what could not be told, for the user
 * @returns nothing where nothing of it is
 * @throws SyntaxError if the script cannot be parsed
 */
export function readOwnCode(
  wantedScript: WantedScript, { text, map, mapProblem }: ScriptSource, context: OwnCodeContext, problems: string[],
): OwnCode | undefined {
  const { path: scriptPath, include, exclude } = wantedScript;
  const { originals, functions = [], told = () => false, textOf = () => undefined } = context;
  const chosen = boundedPathFilter(include, exclude);
  const wanted = (path: string) => chosen(path) && !told(path);
  const own: OwnSource[] = (map ? ownSources(scriptPath, map) : []).filter(({ path }) => wanted(path))
    .map((source) => (source.content === undefined ? { ...source, content: textOf(source.path, source.source), isFound: true } : source));
  const readable = own.filter(({ content }) => content !== undefined);
  const asItself = !map || (own.length > 0 && readable.length === 0);
  if (map && own.length > readable.length) {
    const missing = own.filter(({ content }) => content === undefined).map(({ path }) => path).join(', ');
    problems.push(asItself
      ? `the source map of ${scriptPath} does not hold the text of its sources (${missing}), so the script is reported as it is; bundle with sourcesContent`
      : `the source map of ${scriptPath} does not hold the text of ${missing}, which is left out; bundle with sourcesContent`);
  }
  const path = reportedPath(scriptPath);
  const candidates: OwnSource[] = asItself
    ? [{ index: 0, path, source: scriptPath, content: text }].filter(() => !isVendored(path) && wanted(path))
    : readable;
  if (candidates.length === 0) {
    return undefined;
  }
  if (mapProblem !== undefined) {
    problems.push(mapProblem);
  }
  const scriptLines = new LineOffsets(text);
  const lines = new Map(candidates.map(({ index, content }) => [index, new LineOffsets(content!)]));
  const positions = map && !asItself ? new SourceMapPositions(map, scriptLines, lines) : new SamePositions();
  if (positions instanceof SourceMapPositions && positions.isForeign(candidates.filter(({ isFound }) => !isFound).map(({ index }) => index))) {
    problems.push(`the source map of ${scriptPath} is of another script, so the script is reported as it is`);
    return readOwnCode(wantedScript, { text }, context, problems);
  }
  const wantedCode = positions instanceof SourceMapPositions ? { isWanted: positions.hasOwn.bind(positions), functions } : undefined;
  const script = new GeneratedScript(text, scriptLines, wantedCode);
  const found: string[] = [];
  const files = candidates.flatMap(({ index, path: name, content, isFound }): OwnFile[] => {
    if (isFound && positions instanceof SourceMapPositions && positions.isOtherText(index)) {
      problems.push(`${name} is left out: the text that is at hand is not what ${scriptPath} was made of, and its source map holds none; bundle with sourcesContent`);
      return [];
    }
    const original = parse(originals, name, content!, problems);
    if (!original?.shape) {
      return [];
    }
    if (isFound) {
      found.push(name);
    }
    return [{ index, path: name, original, shape: original.shape }];
  });
  if (found.length > 0) {
    problems.push(`the source map of ${scriptPath} does not hold the text of ${found.join(', ')}, which was read from the folder of the report; bundle with sourcesContent`);
  }
  return { script, positions, files };
}

function parse(originals: OriginalSources, path: string, text: string, problems: string[]): OriginalSource | undefined {
  try {
    return originals.get(path, text);
  } catch (error) {
    problems.push(`${(error as Error).message}; the file is left out`);
    return undefined;
  }
}

interface OwnSource {
  /** In the source map. */
  readonly index: number;
  readonly path: string;
  /** As the map has it, with its root. */
  readonly source: string;
  readonly content: string | undefined;
  /** Whether its text is not from the map, and so may be another version. */
  readonly isFound?: boolean;
}

/**
 * The files of a source map that are the user's own code; those whose text it does not hold have no content.
 *
 * @param script path of the script below the task root
 */
export function ownSources(script: string, map: TraceMap): OwnSource[] {
  return map.sources
    .map((source, index) => ({
      index,
      path: source === null ? '' : originalPath(script, map.sourceRoot, source),
      source: `${map.sourceRoot ?? ''}${source ?? ''}`,
      content: map.sourcesContent?.[index] ?? undefined,
    }))
    .filter(({ path }) => isCode(path) && !isVendored(path));
}

/** What a bundler may put into a map besides code: JSON, text, style sheets. */
function isCode(path: string): boolean {
  return /\.(?:[cm]?[jt]s|[jt]sx)$/.test(path) && !path.endsWith('.d.ts');
}
