import type { FileCoverageData } from 'istanbul-lib-coverage';
import type { MergedScript } from './merging/raw-merge';
import { convert } from '../conversion/convert';
import { readOwnCode, type OwnCodeContext } from '../conversion/own-code';
import type { ScriptSource } from '../conversion/script-source';
import { sha256 } from '../conversion/sha256';
import { textRange } from '../conversion/text-range';
import { BlockCounts } from '../conversion/v8/block-counts';
import { Evaluations } from '../conversion/v8/evaluations';
import { initializersByMember } from '../conversion/v8/initializers';

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

/** What Node.js puts behind a CommonJS module, in characters. */
const WRAPPER_END = '\n});'.length;

/** The Istanbul coverage of a script's own original files, or of the script itself where it has no source map, by what V8 counted. */
export function convertScript(script: MergedScript, source: ScriptSource, context: Omit<OwnCodeContext, 'functions'>): ConvertedScript {
  const problems: string[] = [];
  const { length } = source.text;
  const functions = script.functions.filter(({ ranges }) => ranges[0]!.endOffset - script.wrapperLength <= length + WRAPPER_END);
  const places = functions.map(({ ranges: [whole] }) => textRange(whole!, script.wrapperLength));
  const own = readOwnCode(script, source, { ...context, functions: places }, problems);
  if (!own) {
    return { files: [], problems };
  }
  if (functions.length < script.functions.length) {
    problems.push(`${script.functions.length - functions.length} of its functions end after the end of ${script.path}, which has ${length} characters; they are left out`);
  }
  const counts = new BlockCounts(initializersByMember(functions, script.wrapperLength, own.script), script.wrapperLength);
  const evaluations = new Evaluations(counts, own.script);
  const files = own.files.map(({ path, original, shape, index: sourceIndex }) => {
    const counters = convert({ original, shape, source: sourceIndex, positions: own.positions, script: own.script, counts: evaluations });
    const coverage = { ...structuredClone(shape), ...counters };
    const withBranches = script.branchCoverage ? coverage : { ...coverage, branchMap: {}, b: {} };
    return { path, build: sha256(original.text), text: original.text, coverage: withBranches };
  });
  return { files, problems };
}
