export interface Usage {
  readonly account: string;
  readonly meter: string;
  readonly units: number;
  readonly weight?: number;
}

export interface Page {
  readonly items: readonly Usage[];
  readonly fails?: number;
  readonly last?: boolean;
}

const MAX_ATTEMPTS = 3;

/** What an API gives page by page, each tried a few times. */
export async function* pages(source: readonly Page[]): AsyncGenerator<Usage, number, undefined> {
  let read = 0;
  let attempts = 0;
  for (const [index, page] of source.entries()) {
    let items: readonly Usage[] | undefined;
    while (items === undefined) {
      try {
        items = await fetchPage(page, attempts++);
      } catch (error) {
        if (attempts >= MAX_ATTEMPTS) {
          throw new Error(`page ${index} could not be read`, { cause: error });
        }
      }
    }
    attempts = 0;
    read++;
    yield* items;
    if (page.last) {
      return read;
    }
  }
  return read;
}

async function fetchPage({ items, fails = 0 }: Page, attempt: number): Promise<readonly Usage[]> {
  await Promise.resolve();
  if (attempt < fails) {
    throw new Error('throttled');
  }
  return items;
}
