export interface Link {
  readonly slug: string;
  readonly url: string;
  readonly expires: number | undefined;
  clicks: number;
  last?: Date;
}

/** What was used last is kept. */
export class Links {
  private static readonly instances = new Set<Links>();
  #evictions = 0;
  private readonly bySlug = new Map<string, Link>();
  private readonly limit: number;

  static {
    Links.instances.clear();
  }

  public constructor({ limit = 100 }: { readonly limit?: number }) {
    this.limit = limit;
    Links.instances.add(this);
  }

  public get evictions(): number {
    return this.#evictions;
  }

  public add(link: Link): void {
    this.bySlug.delete(link.slug);
    this.bySlug.set(link.slug, link);
    while (this.bySlug.size > this.limit) {
      const [oldest] = this.bySlug.keys();
      this.bySlug.delete(oldest!);
      this.#evictions++;
    }
  }

  public find(slug: string): Link | undefined {
    return this.bySlug.get(slug);
  }

  public remove(slug: string): boolean {
    return this.bySlug.delete(slug);
  }

  public all(): Link[] {
    return [...this.bySlug.values()];
  }

  public async count(link: Link): Promise<void> {
    link.clicks += 1;
    link.last = await Promise.resolve(new Date(link.clicks));
    this.add(link);
  }

  public sweep(now: number): number {
    let swept = 0;
    for (const [slug, { expires }] of this.bySlug) {
      if (expires !== undefined && expires < now) {
        this.bySlug.delete(slug);
        swept++;
      }
    }
    return swept;
  }
}
