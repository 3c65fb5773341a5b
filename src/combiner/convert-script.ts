import { createHash } from 'node:crypto';
import type { TraceMap } from '@jridgewell/trace-mapping';
import type { FileCoverageData } from 'istanbul-lib-coverage';
import { BlockCounts } from './convert/block-counts';
import { convert } from './convert/convert';
import { Evaluations } from './convert/evaluations';
import { GeneratedScript } from './convert/generated-script';
import { SamePositions, SourceMapPositions } from './convert/mapped-positions';
import { OriginalSource } from './convert/original-source';
import { isVendored, originalPath, reportedPath } from './original-path';
import { pathFilter } from './path-filter';
import type { MergedScript } from './raw-merge';
import type { ScriptSource } from './script-source';

/** The coverage of one original file by one script. */
export interface ConvertedFile {
  readonly path: string;
  /** SHA-256 of the file's text: its build. */
  readonly build: string;
  readonly text: string;
  readonly coverage: FileCoverageData;
}

export interface ConvertedScript {
  readonly files: ConvertedFile[];
  /** What could not be told, for the user. */
  readonly problems: string[];
}

/** Parsing a file costs more than all else about it, and many bundles hold the same one. */
export class OriginalSources {
  private readonly parsed = new Map<string, OriginalSource>();

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

/** The Istanbul coverage of a script's own original files, or of the script itself where it has no source map. */
export function convertScript(script: MergedScript, { text, map }: ScriptSource, originals: OriginalSources): ConvertedScript {
  const problems: string[] = [];
  const wanted = pathFilter(script.include, script.exclude);
  const parse = (path: string, content: string): OriginalSource | undefined => {
    try {
      return originals.get(path, content);
    } catch (error) {
      problems.push(`${(error as Error).message}; the file is left out`);
      return undefined;
    }
  };
  const own = (map ? ownSources(script, map) : []).filter(({ path }) => wanted(path));
  const told = own.filter(({ content }) => content !== undefined);
  const asItself = !map || (own.length > 0 && told.length === 0);
  if (map && own.length > told.length) {
    const missing = own.filter(({ content }) => content === undefined).map(({ path }) => path).join(', ');
    problems.push(asItself
      ? `the source map of ${script.path} does not hold the text of its sources (${missing}), so the script is reported as it is; bundle with sourcesContent`
      : `the source map of ${script.path} does not hold the text of ${missing}, which is left out; bundle with sourcesContent`);
  }
  const path = reportedPath(script.path);
  const candidates = asItself ? [{ index: 0, path, content: text }].filter(() => !isVendored(path) && wanted(path)) : told;
  const sources = new Map<number, OriginalSource>();
  for (const candidate of candidates) {
    const original = parse(candidate.path, candidate.content!);
    if (original) {
      sources.set(candidate.index, original);
    }
  }
  if (sources.size === 0) {
    return { files: [], problems };
  }
  const generated = new GeneratedScript(text);
  const evaluations = new Evaluations(new BlockCounts(script.functions, script.wrapperLength), generated);
  const lines = new Map([...sources].map(([index, original]) => [index, original.lines]));
  const positions = map && !asItself ? new SourceMapPositions(map, generated, lines) : new SamePositions();
  const files = [...sources].map(([source, original]) => {
    const coverage = convert({ original, source, positions, script: generated, evaluations });
    return {
      path: original.path,
      build: sha256(original.text),
      text: original.text,
      coverage: script.branchCoverage ? coverage : { ...coverage, branchMap: {}, b: {} },
    };
  });
  return { files, problems };
}

/** The files of a source map that are the user's own code; those whose text it does not hold have no content. */
function ownSources(script: MergedScript, map: TraceMap): Array<{ index: number; path: string; content: string | undefined }> {
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

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
