import type { Program } from '../../program';

/** What TypeScript adds, most of which leaves nothing behind. */
export const TYPESCRIPT: readonly Program[] = ([
  {
    name: 'types, interfaces, overloads and casts',
    source: `
import type { Stats } from 'node:fs';
interface Event { readonly x: number; readonly y?: string }
type Answer = { ok: boolean } | string;
declare const elsewhere: Stats;
function over(x: string): string;
function over(x: number): number;
function over(x: string | number): string | number {
  if (typeof x === 'string') { return x; }
  return x + 1;
}
const isText = (x: unknown): x is string => typeof x === 'string';
export function handler(event: Event): Answer {
  const x = event.x as number;
  const y = event.y!;
  const z = <const T,>(value: T): T => value;
  const o = { a: 1 } satisfies Record<string, number>;
  if (isText(y)) return y;
  let later: string;
  later = z('later');
  return { ok: (over(x) as number) > (o as any).a && later !== '' };
}`,
    events: [{ x: 1 }],
  },
  {
    name: 'enums, const enums and namespaces',
    source: `
enum Color { Red, Green = 'green'.length, Blue = 4 }
export enum Named { A = 'a', B = 'b' }
const enum Size { S = 1, M = 2 }
namespace Tools { export const double = (x: number) => x * 2; export function never() { return 1; } }
export function handler({ x }: { x: number }) {
  switch (x as Size) {
    case Size.S: return Color.Red;
    case Size.M: return Tools.double(Color.Blue);
    default: return Named.A;
  }
}`,
    events: [{ x: 2 }],
  },
  {
    name: 'parameter properties, abstract classes, definite fields and index signatures',
    source: `
abstract class Shape { abstract area(): number; protected readonly name: string = 'shape'; describe() { return this.name + this.area(); } }
class Square extends Shape {
  declare ghost: string;
  other!: number;
  [key: string]: unknown;
  constructor(private readonly side: number, public label?: string) { super(); }
  area(): number { return this.side > 100 ? Infinity : this.side ** 2; }
}
export const handler = ({ side }: { side: number }) => new Square(side).describe();`,
    events: [{ side: 2 }],
  },
  {
    name: 'decorators',
    source: `
const seen: string[] = [];
function logged(value: any, context: any) { seen.push(String(context?.name ?? context)); return value; }
class Service {
  @logged
  run(x: number) { return x > 1 ? 'many' : 'one'; }
}
export const handler = ({ x }: { x: number }) => new Service().run(x);`,
    events: [{ x: 1 }],
  },
  {
    name: 'a repository with an injected client, errors and results',
    source: `
export class NotFound extends Error { constructor(readonly id: string) { super(\`\${id} is not there\`); this.name = 'NotFound'; } }
type Result<T> = { ok: true; value: T } | { ok: false; error: Error };
interface Client { get(id: string): Promise<string | undefined> }
class Repository {
  private readonly cache = new Map<string, string>();
  constructor(private readonly client: Client, private readonly retries = 2) {}
  async find(id: string): Promise<Result<string>> {
    const cached = this.cache.get(id);
    if (cached !== undefined) return { ok: true, value: cached };
    for (let attempt = 0; attempt <= this.retries; attempt++) {
      try {
        const value = await this.client.get(id);
        if (!value) return { ok: false, error: new NotFound(id) };
        this.cache.set(id, value);
        return { ok: true, value };
      } catch (error) {
        if (attempt === this.retries) throw error;
      }
    }
    throw new Error('not to be reached');
  }
}
const repository = new Repository({ get: async (id) => { if (id === 'broken') throw new Error('broken'); return id === 'none' ? undefined : id.toUpperCase(); } });
export const handler = async ({ id }: { id: string }) => {
  const found = await repository.find(id);
  return found.ok ? found.value : found.error.message;
};`,
    events: [{ id: 'a' }, { id: 'a' }, { id: 'none' }],
  },
  {
    name: 'satisfies, non-null and optional calls in conditions',
    source: `
type Options = { on?: () => boolean; list?: string[] };
export function handler(options: Options) {
  if (options.on?.()!) return 'on';
  const n = (options.list as string[] | undefined)?.length ?? 0;
  const items = options.list!;
  return n > 0 ? items.map((item): string => item as string) : ([] as const);
}`,
    events: [{ list: ['a'] }],
  },
] as Program[]).map((program) => ({ ...program, language: 'ts' }));
