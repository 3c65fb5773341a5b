export class OutOfStock extends Error {
  public override readonly name = 'OutOfStock';

  public constructor(sku: string, public readonly available: number) {
    super(available < 0 ? `${sku} is not sold here` : `only ${available} of ${sku} left`);
  }
}

export class Warehouse {
  readonly #stock: Map<string, number>;

  public constructor(stock: Readonly<Record<string, number>>) {
    this.#stock = new Map(Object.entries(stock));
  }

  public take(sku: string, quantity: number): void {
    const available = this.#stock.get(sku) ?? -1;
    if (available < quantity) {
      throw new OutOfStock(sku, available);
    }
    this.#stock.set(sku, available - quantity);
  }

  public put(sku: string, quantity: number): void {
    this.#stock.set(sku, (this.#stock.get(sku) ?? 0) + quantity);
  }

  public stock(): Record<string, number> {
    return Object.fromEntries([...this.#stock].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  public isEmpty(): boolean {
    for (const left of this.#stock.values()) {
      if (left > 0) {
        return false;
      }
    }
    return true;
  }
}
