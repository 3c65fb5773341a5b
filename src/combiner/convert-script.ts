import { createHash } from 'node:crypto';
import type { FileCoverageData } from 'istanbul-lib-coverage';
import { BlockCounts } from './convert/block-counts';
import { convert } from './convert/convert';
import { GeneratedScript } from './convert/generated-script';
import { SamePositions, SourceMapPositions } from './convert/mapped-positions';
import { OriginalSource } from './convert/original-source';
import { isVendored, originalPath } from './original-path';
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
  const sources = new Map<number, OriginalSource>();
  if (map) {
    map.sources.forEach((source, index) => {
      const path = source === null ? undefined : originalPath(script.path, map.sourceRoot, source);
      const content = map.sourcesContent?.[index];
      if (path === undefined || isVendored(path) || !wanted(path) || !isCode(path)) {
        return;
      }
      const original = typeof content === 'string' ? parse(path, content) : undefined;
      if (original) {
        sources.set(index, original);
      } else if (typeof content !== 'string') {
        problems.push(`${path} is left out: the source map of ${script.path} does not hold its text; bundle with sourcesContent`);
      }
    });
  } else if (!isVendored(script.path) && wanted(script.path)) {
    const original = parse(script.path, text);
    if (original) {
      sources.set(0, original);
    }
  }
  if (sources.size === 0) {
    return { files: [], problems };
  }
  const generated = new GeneratedScript(text);
  const counts = new BlockCounts(script.functions, script.wrapperLength, generated.tree);
  const lines = new Map([...sources].map(([index, original]) => [index, original.lines]));
  const positions = map ? new SourceMapPositions(map, generated, lines) : new SamePositions();
  const files = [...sources].map(([source, original]) => {
    const coverage = convert({ original, source, positions, script: generated, counts });
    return {
      path: original.path,
      build: sha256(original.text),
      text: original.text,
      coverage: script.branchCoverage ? coverage : { ...coverage, branchMap: {}, b: {} },
    };
  });
  return { files, problems };
}

/** What a bundler may put into a map besides code: JSON, text, style sheets. */
function isCode(path: string): boolean {
  return /\.(?:[cm]?[jt]s|[jt]sx)$/.test(path) && !path.endsWith('.d.ts');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
