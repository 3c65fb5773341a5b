import type { CoverageStore } from './store';

/** Several buckets as one; keys have the name of their bucket before them. */
export class JoinedStore implements CoverageStore {
  public readonly location: string;

  /** @param stores by what stands before their keys, such as `s3://bucket/` */
  public constructor(private readonly stores: ReadonlyArray<readonly [name: string, store: CoverageStore]>) {
    this.location = stores.map(([, { location }]) => location).join(' and ');
  }

  public async* rawKeys(): AsyncIterable<string> {
    for (const [name, store] of this.stores) {
      for await (const key of store.rawKeys()) {
        yield name + key;
      }
    }
  }

  public async read(key: string, limit?: number): Promise<Buffer> {
    const [name, store] = this.stores.find(([begin]) => key.startsWith(begin))!;
    return store.read(key.slice(name.length), limit);
  }

  public async source(sha256: string): Promise<Buffer | undefined> {
    for (const [, store] of this.stores) {
      const content = await store.source(sha256);
      if (content) {
        return content;
      }
    }
    return undefined;
  }
}
