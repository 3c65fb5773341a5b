import type { Profiler as V8 } from 'node:inspector';
import Module from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { REGISTERS_COUNTERS } from '../../../contract/counter-table';
import type { OmittedScript, ScriptCoverage } from '../../../contract/raw-coverage';
import { sourceMapReference } from '../../../contract/source-map-comment';
import { crypto, readFileSync, realpathSync } from '../platform';

/** The texts that Node.js puts around a CommonJS module where something patched its loader; not in its types. */
const [BEFORE, AFTER] = (Module as unknown as { wrapper: readonly [string, string] }).wrapper;

/** What belongs into the bucket once per content: a file, or a text. */
export type Source = { readonly sha256: string; readonly file: string } | { readonly sha256: string; readonly text: string };

type KnownScript = Pick<ScriptCoverage, 'path' | 'sha256' | 'wrapperLength' | 'sourceMap'> & { readonly sources: readonly Source[] };

/** The function's own scripts: those below the task root, vendored packages left out. Each is read and hashed once. */
export class Scripts {
  private readonly known = new Map<string, KnownScript | OmittedScript | undefined>();
  private readonly roots: readonly string[];
  private wanted: (path: string) => boolean;

  public constructor(taskRoot: string) {
    this.wanted = () => true;
    this.roots = [...new Set([taskRoot, real(taskRoot)])];
  }

  /**
   * @param wanted tells by its path whether a script that is no bundle is to be kept; what a bundle was made of only the combiner
   * can tell
   */
  public select(wanted: (path: string) => boolean): void {
    this.wanted = wanted;
  }

  /** What V8 took, less what is not the function's own; with the files that a report needs beside it. */
  public own(result: readonly V8.ScriptCoverage[]): { scripts: ScriptCoverage[]; omitted: OmittedScript[]; sources: Source[] } {
    const scripts: ScriptCoverage[] = [];
    const omitted: OmittedScript[] = [];
    const sources: Source[] = [];
    for (const { url, functions } of result) {
      const script = this.identify(url, functions);
      if (script && 'reason' in script) {
        omitted.push(script);
      } else if (script) {
        const { sources: files, ...identity } = script;
        scripts.push({ url, ...identity, functions });
        sources.push(...files);
      }
    }
    return { scripts, omitted, sources };
  }

  private identify(url: string, functions: readonly V8.FunctionCoverage[]): KnownScript | OmittedScript | undefined {
    if (!this.known.has(url)) {
      this.known.set(url, this.read(url, functions));
    }
    return this.known.get(url);
  }

  private read(url: string, functions: readonly V8.FunctionCoverage[]): KnownScript | OmittedScript | undefined {
    if (!url.startsWith('file:')) {
      return undefined;
    }
    try {
      const file = fileURLToPath(url);
      const path = this.pathOf(file);
      if (path === undefined) {
        return undefined;
      }
      const content = readFileSync(file);
      const text = content.toString('utf8');
      if (REGISTERS_COUNTERS.test(text)) {
        return undefined; // its own counters tell of it
      }
      if (!this.wanted(path) && sourceMapReference(text) === undefined) {
        return undefined;
      }
      const wrapperLength = wrapperLengthOf(text, functions);
      if (wrapperLength === undefined) {
        return { url, reason: 'what ran is not what the file holds: it was changed while it was loaded' };
      }
      const source = { sha256: sha256(content), file };
      const map = this.mapBeside(file, text);
      return { path, sha256: source.sha256, wrapperLength, ...(map && { sourceMap: map.sha256 }), sources: map ? [source, map] : [source] };
    } catch (error) {
      return { url, reason: `cannot be read: ${(error as Error).message}` };
    }
  }

  /** The source map that the script's last comment names, where it is a file of the function's that is there. */
  private mapBeside(file: string, text: string): Source | undefined {
    const reference = sourceMapReference(text);
    if (!reference || /^[a-z][a-z0-9+.-]*:/i.test(reference)) {
      return undefined;
    }
    try {
      const map = join(dirname(file), decodeURIComponent(reference));
      return this.pathOf(map) === undefined ? undefined : { sha256: sha256(readFileSync(map)), file: map };
    } catch {
      return undefined; // the map was not deployed; the combiner finds it in the cloud assembly
    }
  }

  /** The path below the task root, or nothing for a file that is not the function's own. */
  private pathOf(file: string): string | undefined {
    const root = this.roots.find((folder) => file.startsWith(folder + sep));
    const path = root && relative(root, file).split(sep);
    return path && !path.includes('node_modules') ? path.join('/') : undefined;
  }
}

/**
 * Where the file's text begins in the script: V8's range of the whole script tells whether Node.js put its CommonJS wrapper
 * around it or took a byte order mark off. Nothing where neither explains the length.
 */
function wrapperLengthOf(text: string, functions: readonly V8.FunctionCoverage[]): number | undefined {
  const length = functions.reduce((longest, { ranges }) => Math.max(longest, ranges[0]!.endOffset), 0);
  const around = BEFORE.length + AFTER.length;
  const candidates: Record<number, number> = { [text.length]: 0, [text.length + around]: BEFORE.length };
  const hasMark = text.charCodeAt(0) === 0xfeff;
  if (hasMark) {
    candidates[text.length - 1] = -1;
    candidates[text.length - 1 + around] = BEFORE.length - 1;
  }
  // of a script that ran before coverage began there is no range of the whole; Node.js puts nothing around it unless its loader is patched
  const isPart = length < text.length && !functions.some(({ functionName, ranges }) => functionName === '' && ranges[0]!.startOffset === 0);
  return candidates[length] ?? (isPart ? 0 - Number(hasMark) : undefined);
}

function sha256(content: Buffer): string {
  return crypto().createHash('sha256').update(content).digest('hex');
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
