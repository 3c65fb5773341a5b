import type { FileCoverageData, Range } from 'istanbul-lib-coverage';

/** Where the counters of an instrumented file are in its text. */
export interface InstrumentedShape {
  readonly statementMap: FileCoverageData['statementMap'];
  readonly fnMap: FileCoverageData['fnMap'];
  readonly branchMap: FileCoverageData['branchMap'];
  /** As an instrumenter found it: nothing of it is known. */
  readonly inputSourceMap?: object;
  /** It is in the instrumented code, too. */
  readonly hash?: string;
}

/**
 * Reads a kept shape. What comes from a bucket may be anything, and Istanbul's libraries take all of it for granted.
 *
 * @throws Error that says where it is damaged
 */
export function parseShape(json: string): InstrumentedShape {
  const { statementMap, fnMap, branchMap, inputSourceMap, hash } = object(parse(json), 'it');
  return {
    statementMap: byId(statementMap, 'statementMap', range),
    fnMap: byId(fnMap, 'fnMap', (value, at) => {
      const { name, decl, loc } = object(value, at);
      const whole = range(loc, `${at}.loc`);
      // instrumenters of old have no place for the declaration alone
      return { name: typeof name === 'string' ? name : '', decl: decl === undefined ? whole : range(decl, `${at}.decl`), loc: whole, line: whole.start.line };
    }),
    branchMap: byId(branchMap, 'branchMap', branch),
    ...(typeof inputSourceMap === 'object' && inputSourceMap !== null && { inputSourceMap }),
    ...(typeof hash === 'string' && /^\w{8,128}$/.test(hash) && { hash }),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new Error(`it is not JSON (${(error as Error).message})`);
  }
}

function branch(value: unknown, at: string): FileCoverageData['branchMap'][string] {
  const { type, loc, locations } = object(value, at);
  if (!Array.isArray(locations) || locations.length === 0) {
    throw new Error(`${at}.locations has no places`);
  }
  const arms = locations.map((arm, index) => (isImplicit(arm) ? NOWHERE : range(arm, `${at}.locations[${index}]`)));
  const whole = range(loc ?? arms[0], `${at}.loc`);
  return { type: typeof type === 'string' ? type : '', loc: whole, locations: arms, line: whole.start.line };
}

/** The place of an `else` that is not written, as Istanbul has it. */
const NOWHERE = { start: {}, end: {} } as unknown as Range;

function isImplicit(value: unknown): boolean {
  const { start, end } = object(value, 'a place');
  return [start, end].every((one) => typeof one === 'object' && one !== null && (one as Fields).line === undefined);
}

/** Ids are the numbers that Istanbul gives; a name such as `__proto__` would be more than a name to its libraries. */
function byId<T>(value: unknown, at: string, read: (item: unknown, at: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(object(value, at)).map(([id, item]) => {
    if (!/^\d+$/.test(id)) {
      throw new Error(`${at} has the id '${id.slice(0, 60)}', which is not a number`);
    }
    return [id, read(item, `${at}.${id}`)];
  }));
}

function range(value: unknown, at: string): Range {
  const { start, end } = object(value, at);
  return { start: place(start, `${at}.start`), end: place(end, `${at}.end`) };
}

function place(value: unknown, at: string): Range['start'] {
  const { line, column } = object(value, at);
  if (!isNatural(line) || line === 0 || !isNatural(column)) {
    throw new Error(`${at} is not a line and a column`);
  }
  return { line, column };
}

function isNatural(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function object(value: unknown, at: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${at} is not an object`);
  }
  return value as Fields;
}
