import type { TraceMap } from '@jridgewell/trace-mapping';
import type { FileCoverageData } from 'istanbul-lib-coverage';
import { BlockCounts } from './convert/block-counts';
import { convert } from './convert/convert';
import { Evaluations } from './convert/evaluations';
import { GeneratedScript } from './convert/generated-script';
import { initializersByMember } from './convert/initializers';
import { LineOffsets } from './convert/line-offsets';
import { SamePositions, SourceMapPositions } from './convert/mapped-positions';
import { OriginalSource } from './convert/original-source';
import type { MergedScript } from './merging/raw-merge';
import { isVendored, originalPath, reportedPath } from './original-path';
import { RecentlyUsed } from './recently-used';
import type { ScriptSource } from './script-source';
import { sha256 } from './sha256';
import { pathFilter } from '../patterns/path-filter';

/** The coverage of one original file by one script. */
export interface ConvertedFile {
  readonly path: string;
  /** SHA-256 of the file's text: its build. */
  readonly build: string;
  /** Nothing where it is not at hand. */
  readonly text?: string;
  readonly coverage: FileCoverageData;
}

export interface ConvertedScript {
  readonly files: ConvertedFile[];
  /** What could not be told, for the user. */
  readonly problems: string[];
}

/** So many characters of original files are kept parsed: a syntax tree has fifty times the size of its text. */
const MAX_PARSED = 1_000_000;

/** What Node.js puts behind a CommonJS module, in characters. */
const WRAPPER_END = '\n});'.length;

/** Parsing a file costs more than all else about it, and many bundles hold the same one. */
export class OriginalSources {
  private readonly parsed = new RecentlyUsed<OriginalSource>(MAX_PARSED, ({ text }) => text.length);

  /** @throws SyntaxError */
  public get(path: string, text: string): OriginalSource {
    const key = `${path}\0${sha256(text)}`;
    let original = this.parsed.get(key);
    if (!original) {
      this.parsed.set(key, (original = new OriginalSource(path, text)));
    }
    return original;
  }
}

/** What a conversion may know besides the script. */
export interface ConversionContext {
  readonly originals: OriginalSources;
  /** The files that are told of otherwise. @default - none */
  readonly told?: (path: string) => boolean;
  /** The text of an original file that the source map does not hold, by its path in the report. @default - it is not found */
  readonly textOf?: (path: string) => string | undefined;
}

/** The Istanbul coverage of a script's own original files, or of the script itself where it has no source map. */
export function convertScript(script: MergedScript, { text, map, mapProblem }: ScriptSource, context: ConversionContext): ConvertedScript {
  const { originals, told = () => false, textOf = () => undefined } = context;
  const problems: string[] = [];
  const chosen = pathFilter(script.include, script.exclude);
  const wanted = (path: string) => chosen(path) && !told(path);
  const parse = (path: string, content: string): OriginalSource | undefined => {
    try {
      return originals.get(path, content);
    } catch (error) {
      problems.push(`${(error as Error).message}; the file is left out`);
      return undefined;
    }
  };
  const own: OwnSource[] = (map ? ownSources(script, map) : []).filter(({ path }) => wanted(path))
    .map((source) => (source.content === undefined ? { ...source, content: textOf(source.path), isFound: true } : source));
  const readable = own.filter(({ content }) => content !== undefined);
  const asItself = !map || (own.length > 0 && readable.length === 0);
  if (map && own.length > readable.length) {
    const missing = own.filter(({ content }) => content === undefined).map(({ path }) => path).join(', ');
    problems.push(asItself
      ? `the source map of ${script.path} does not hold the text of its sources (${missing}), so the script is reported as it is; bundle with sourcesContent`
      : `the source map of ${script.path} does not hold the text of ${missing}, which is left out; bundle with sourcesContent`);
  }
  const path = reportedPath(script.path);
  const candidates: OwnSource[] = asItself ? [{ index: 0, path, content: text }].filter(() => !isVendored(path) && wanted(path)) : readable;
  if (candidates.length === 0) {
    return { files: [], problems };
  }
  if (mapProblem !== undefined) {
    problems.push(mapProblem);
  }
  const generated = new GeneratedScript(text);
  const lines = new Map(candidates.map(({ index, content }) => [index, new LineOffsets(content!)]));
  const positions = map && !asItself ? new SourceMapPositions(map, generated, lines) : new SamePositions();
  if (positions instanceof SourceMapPositions && positions.isForeign(candidates.filter(({ isFound }) => !isFound).map(({ index }) => index))) {
    const { files, problems: more } = convertScript(script, { text }, context);
    return { files, problems: [...problems, `the source map of ${script.path} is of another script, so the script is reported as it is`, ...more] };
  }
  if (positions instanceof SourceMapPositions) {
    generated.limit((start, end) => positions.hasOwn(start, end));
  }
  const functions = script.functions.filter(({ ranges }) => ranges[0]!.endOffset - script.wrapperLength <= text.length + WRAPPER_END);
  if (functions.length < script.functions.length) {
    problems.push(`${script.functions.length - functions.length} of its functions end after the end of ${script.path}, which has ${text.length} characters; they are left out`);
  }
  const counts = new BlockCounts(initializersByMember(functions, script.wrapperLength, generated), script.wrapperLength);
  const evaluations = new Evaluations(counts, generated);
  const found: string[] = [];
  const files = candidates.flatMap(({ index: source, path: name, content, isFound }) => {
    if (isFound && positions instanceof SourceMapPositions && positions.isOtherText(source)) {
      problems.push(`${name} is left out: the text that is at hand is not what ${script.path} was made of, and its source map holds none; bundle with sourcesContent`);
      return [];
    }
    const original = parse(name, content!);
    if (!original?.shape) {
      return [];
    }
    if (isFound) {
      found.push(name);
    }
    const coverage = convert({ original, shape: original.shape, source, positions, script: generated, evaluations });
    const withBranches = script.branchCoverage ? coverage : { ...coverage, branchMap: {}, b: {} };
    return [{ path: name, build: sha256(content!), text: content!, coverage: withBranches }];
  });
  if (found.length > 0) {
    problems.push(`the source map of ${script.path} does not hold the text of ${found.join(', ')}, which was read from the folder of the report; bundle with sourcesContent`);
  }
  return { files, problems };
}

interface OwnSource {
  /** In the source map. */
  readonly index: number;
  readonly path: string;
  readonly content: string | undefined;
  /** Whether its text is not from the map, and so may be another version. */
  readonly isFound?: boolean;
}

/** The files of a source map that are the user's own code; those whose text it does not hold have no content. */
export function ownSources(script: MergedScript, map: TraceMap): OwnSource[] {
  return map.sources
    .map((source, index) => ({
      index, path: source === null ? '' : originalPath(script.path, map.sourceRoot, source), content: map.sourcesContent?.[index] ?? undefined,
    }))
    .filter(({ path }) => isCode(path) && !isVendored(path));
}

/** What a bundler may put into a map besides code: JSON, text, style sheets. */
function isCode(path: string): boolean {
  return /\.(?:[cm]?[jt]s|[jt]sx)$/.test(path) && !path.endsWith('.d.ts');
}
