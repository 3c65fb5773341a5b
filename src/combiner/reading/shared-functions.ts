import { decodeFunctionCoverage, decodeRawCoverage, type FunctionCoverage, type RawCoverage } from '../../contract/raw-coverage';
import { RecentlyUsed } from '../../conversion/recently-used';
import { checkFunctionNesting } from '../merging/nested-ranges';

const ARRAY_START = '"functions":[';
/** Where a function ends and the next one begins: within a text of JSON quotes are escaped, so it is nothing else. */
const BETWEEN = '},{"functionName":';
/** What comes behind the last array, and behind another one. */
const END = ']}]}';
const NEXT_SCRIPT = ']},{"url":';
/** Larger arrays are compared with one that was read before. */
const COMPARED = 32 * 1024;
/** So many texts of functions are remembered, */
const MOST_KNOWN = 20_000;
/** and so many bytes of arrays. */
const MOST_REFERENCES = 24 * 1024 * 1024;

/** Of an array in an object, in bytes. */
type Place = readonly [start: number, end: number];

/** An array of functions that was read, to compare others of the same script with. */
interface Reference {
  readonly bytes: Buffer;
  /** Where each function begins, and where a further one would. */
  readonly starts: readonly number[];
  readonly functions: readonly FunctionCoverage[];
}

/**
 * Reads raw objects in the form that wrappers write, and gives functions that are told of in the same words as the same object. Most of
 * what an environment tells was told by another one before, byte by byte, so neither has to be parsed again nor to be merged one by one.
 */
export class SharedFunctions {
  private known = new Map<string, FunctionCoverage>();
  /** Scripts that were the first of several in an object: where there is but one, which is most often, nothing has to be looked for. */
  private readonly accompanied = new Set<string>();
  /** By script. */
  private readonly references = new RecentlyUsed<Reference>(MOST_REFERENCES, ({ bytes }) => bytes.length);

  /**
   * @returns nothing for what is of another form or kind, or wrong, and so has to be read as a whole
   */
  public decode(content: Buffer): RawCoverage | undefined {
    const first = firstArray(content);
    if (!first || content.includes('\n')) {
      return undefined;
    }
    return this.decodeArrays(content, [first], true) ?? this.decodeArrays(content, arraysOf(content), false);
  }

  /** @param isGuess whether there may be more arrays than these */
  private decodeArrays(content: Buffer, arrays: readonly Place[], isGuess: boolean): RawCoverage | undefined {
    try {
      const raw = decodeRawCoverage(without(content, arrays));
      if (raw.kind !== 'v8' || raw.result.length !== arrays.length || raw.result.some(({ functions }) => functions.length > 0)) {
        return undefined;
      }
      const names = raw.result.map(({ sha256, path }) => `${sha256} ${path}`);
      if (isGuess && this.accompanied.has(names[0]!)) {
        return undefined;
      }
      const functions = arrays.map((array, index) => this.functions(names[index]!, content.subarray(...array)));
      if (arrays.length > 1) {
        this.accompanied.add(names[0]!);
      }
      return { ...raw, result: raw.result.map((script, index) => ({ ...script, functions: functions[index]! })) };
    } catch {
      return undefined; // read as a whole it will be told what is wrong
    }
  }

  private functions(script: string, bytes: Buffer): readonly FunctionCoverage[] {
    if (bytes.length < COMPARED) {
      return this.each(bytes);
    }
    const reference = this.references.get(script);
    if (!reference) {
      return this.remember(script, bytes);
    }
    const { functions, changes } = this.compared(bytes, reference);
    return changes > functions.length / 2 ? this.remember(script, bytes) : functions;
  }

  private remember(script: string, bytes: Buffer): readonly FunctionCoverage[] {
    const functions = this.each(bytes);
    const starts = [0];
    for (let at = bytes.indexOf(BETWEEN); at >= 0; at = bytes.indexOf(BETWEEN, at + 2)) {
      starts.push(at + 2);
    }
    starts.push(bytes.length + 1);
    this.references.set(script, { bytes: Buffer.from(bytes), starts, functions });
    return functions;
  }

  /** Both are in the order of the source: what is alike is skipped, and what differs is read. */
  private compared(bytes: Buffer, reference: Reference): { functions: FunctionCoverage[]; changes: number } {
    const { bytes: others, starts, functions: known } = reference;
    const functions: FunctionCoverage[] = [];
    let changes = 0;
    let at = 0;
    let index = 0;
    while (at < bytes.length && index < known.length) {
      const same = commonLength(bytes, at, others, starts[index]!);
      const equal = starts[index]! + same >= others.length && at + same >= bytes.length ? known.length : indexAt(starts, starts[index]! + same);
      at += starts[equal]! - starts[index]!;
      for (; index < equal; index++) {
        functions.push(known[index]!);
      }
      if (index < known.length && at < bytes.length) {
        const end = endAfter(bytes, at);
        const fn = this.function(bytes.toString('utf8', at, end));
        const order = byPlace(fn, known[index]!);
        changes++;
        if (order <= 0) {
          functions.push(fn);
          at = end + 1;
        }
        if (order >= 0) {
          index++;
        }
      }
    }
    const rest = at < bytes.length ? this.each(bytes.subarray(at)) : [];
    functions.push(...rest);
    return { functions, changes: changes + rest.length };
  }

  private each(bytes: Buffer): FunctionCoverage[] {
    const functions: FunctionCoverage[] = [];
    const text = bytes.toString('utf8');
    for (let at = 0; at < text.length;) {
      const next = text.indexOf(BETWEEN, at);
      const end = next < 0 ? text.length : next + 1;
      functions.push(this.function(text.slice(at, end)));
      at = end + 1;
    }
    return functions;
  }

  /** @throws Error if it is not the text of one function */
  private function(text: string): FunctionCoverage {
    let fn = this.known.get(text);
    if (!fn) {
      fn = decodeFunctionCoverage(JSON.parse(text), 'a function');
      checkFunctionNesting(fn);
      if (this.known.size >= MOST_KNOWN) {
        this.known = new Map();
      }
      this.known.set(Buffer.from(text).toString(), fn); // a part of a text would keep the whole
    }
    return fn;
  }
}

/** The array of functions of an object with one script. In one with several it holds what is no function. */
function firstArray(content: Buffer): Place | undefined {
  const start = content.indexOf(ARRAY_START) + ARRAY_START.length;
  return start < ARRAY_START.length ? undefined : [start, Math.max(start, content.length - END.length)];
}

/** Where the arrays of functions begin and end, without their brackets, as wrappers write them: last in their scripts. */
function arraysOf(content: Buffer): Place[] {
  const starts: number[] = [];
  for (let mark = content.indexOf(ARRAY_START); mark >= 0; mark = content.indexOf(ARRAY_START, mark + 1)) {
    starts.push(mark + ARRAY_START.length);
  }
  return starts.map((start, index) => {
    const next = starts[index + 1];
    const end = next === undefined ? content.length - END.length : content.lastIndexOf(NEXT_SCRIPT, next);
    return [start, Math.max(start, end)];
  });
}

function without(content: Buffer, arrays: readonly Place[]): string {
  const parts = arrays.map(([start], index) => content.toString('utf8', arrays[index - 1]?.[1] ?? 0, start));
  return parts.join('') + content.toString('utf8', arrays.at(-1)![1]);
}

/** How many bytes are alike from two places on. */
function commonLength(some: Buffer, from: number, others: Buffer, otherFrom: number): number {
  const most = Math.min(some.length - from, others.length - otherFrom);
  let length = 0;
  for (let step = 256; length < most;) {
    const part = Math.min(step, most - length);
    if (some.compare(others, otherFrom + length, otherFrom + length + part, from + length, from + length + part) === 0) {
      length += part;
      step *= 2;
    } else if (part === 1) {
      break;
    } else {
      step = Math.ceil(part / 8);
    }
  }
  return length;
}

/** The last function that begins at a place or before. */
function indexAt(starts: readonly number[], place: number): number {
  let low = 0;
  let high = starts.length - 2;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (starts[middle]! <= place) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

function endAfter(bytes: Buffer, at: number): number {
  const next = bytes.indexOf(BETWEEN, at);
  return next < 0 ? bytes.length : next + 1;
}

function byPlace({ ranges: [a] }: FunctionCoverage, { ranges: [b] }: FunctionCoverage): number {
  return a!.startOffset - b!.startOffset || b!.endOffset - a!.endOffset;
}
