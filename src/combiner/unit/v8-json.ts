/** Coverage as V8 gives it and Node.js writes it, into the folder that NODE_V8_COVERAGE names; c8 keeps the same files in `coverage/tmp`. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { countsByMap, hasLinesOf, type CachedMap } from './counts-by-map';
import type { ToldFile } from './told-coverage';
import { stripTypes } from './type-stripping';
import { decodeFunctionCoverage, RAW_COVERAGE_VERSION, type RawCoverageMetadata } from '../../contract/raw-coverage';
import { sourceMapReference } from '../../contract/source-map-comment';
import type { OriginalSources } from '../../conversion/original-sources';
import { scriptWithMap } from '../../conversion/script-source';
import { sha256 } from '../../conversion/sha256';
import { convertScript } from '../convert-script';
import { checkFunctionNesting } from '../merging/nested-ranges';
import { RawMerge, type MergedScript } from '../merging/raw-merge';

/** One file of such a folder: what one process ran. */
export interface V8Json {
  readonly 'result': readonly unknown[];
  /** Maps of scripts that were made while the process ran, by their URLs. */
  readonly 'source-map-cache'?: Readonly<Record<string, CachedMap>>;
}

export function isV8Json(value: unknown): value is V8Json {
  return Array.isArray((value as { result?: unknown } | null | undefined)?.result);
}

/** Scripts of one process, as raw coverage of a function has them; nothing of the rest is asked for. */
const METADATA: RawCoverageMetadata = {
  functionName: '',
  functionVersion: '',
  environmentId: '',
  sequence: 0,
  timestamp: '',
  phase: 'invocation',
  runtime: '',
  engine: '',
  layerVersion: '',
  include: [],
  exclude: [],
  branchCoverage: true,
};

/** What processes ran of the scripts that are wanted. */
export class V8Coverage {
  private readonly merged = new RawMerge();
  private readonly maps = new Map<string, CachedMap>();

  /** @param isWanted by the path of a script */
  public constructor(private readonly isWanted: (path: string) => boolean) {}

  /** @throws Error if it is damaged */
  public add({ result, 'source-map-cache': maps = {} }: V8Json): void {
    const scripts = (result as ReadonlyArray<{ url?: unknown; functions?: unknown } | null>).flatMap((script, index) => {
      const path = pathOf(script?.url);
      if (path === undefined || !this.isWanted(path)) {
        return [];
      }
      const told = Array.isArray(script!.functions) ? script!.functions as unknown[] : [];
      const functions = told.map((one, at) => decodeFunctionCoverage(one, `result[${index}].functions[${at}]`));
      functions.forEach((one) => checkFunctionNesting(one, path));
      const url = script!.url as string;
      if (Object.hasOwn(maps, url)) {
        this.maps.set(path, maps[url]!);
      }
      return [{ url, path, sha256: sha256(path), wrapperLength: 0, functions }];
    });
    this.merged.add({ version: RAW_COVERAGE_VERSION, kind: 'v8', metadata: METADATA, omitted: [], result: scripts });
  }

  /** @param problems gets what could not be told, for the user */
  public files(problems: string[], originals: OriginalSources): ToldFile[] {
    return this.merged.scripts().flatMap((script) => {
      try {
        return this.filesOf(script, problems, originals);
      } catch (error) {
        problems.push(`${script.path}: ${(error as Error).message}; it is left out`);
        return [];
      }
    });
  }

  private filesOf(script: MergedScript, problems: string[], originals: OriginalSources): ToldFile[] {
    const { path } = script;
    if (!existsSync(path)) {
      throw new Error('the file is gone');
    }
    const text = readFileSync(path, 'utf8');
    const made = this.maps.get(path);
    if (made && !hasLinesOf(made, text)) {
      // what ran was made in memory, and only its map is known
      return countsByMap(script, made);
    }
    // Node.js puts a comment behind what it has stripped
    const ran = /\.[cm]?ts$/.test(path) ? stripTypes(text).padEnd(Math.max(...script.functions.map(({ ranges }) => ranges[0]!.endOffset))) : text;
    const { files, problems: found } = convertScript(script, scriptWithMap(ran, mapBeside(path, text)), {
      originals, textOf: (_, source) => textAt(resolve(dirname(path), source)),
    });
    problems.push(...found.map((problem) => `${path}: ${problem}`));
    return files.map((file): ToldFile => {
      const told = { by: 'statements', coverage: file.coverage } as const;
      return { path: `/${file.path}`, told, ...(file.text !== undefined && ran === text && { text: file.text }) };
    });
  }
}

function pathOf(url: unknown): string | undefined {
  if (typeof url !== 'string' || !url.startsWith('file:')) {
    return undefined;
  }
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

function mapBeside(path: string, text: string): string | undefined {
  const reference = sourceMapReference(text);
  return reference === undefined || reference.startsWith('data:') ? undefined : textAt(resolve(dirname(path), decodeURIComponent(reference)));
}

function textAt(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
