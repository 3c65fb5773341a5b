/** Values by name, of a limited size together: those that were not used for the longest time go. The one used last stays in any case. */
export class RecentlyUsed<T> {
  /** The one used last comes last. */
  private readonly values = new Map<string, T>();
  private size = 0;

  public constructor(private readonly most: number, private readonly sizeOf: (value: T) => number) {}

  public get(name: string): T | undefined {
    const value = this.values.get(name);
    if (value !== undefined) {
      this.values.delete(name);
      this.values.set(name, value);
    }
    return value;
  }

  public set(name: string, value: T): void {
    this.delete(name);
    this.values.set(name, value);
    this.size += this.sizeOf(value);
    for (const oldest of this.values.keys()) {
      if (this.size <= this.most || oldest === name) {
        break;
      }
      this.delete(oldest);
    }
  }

  private delete(name: string): void {
    const value = this.values.get(name);
    if (value !== undefined) {
      this.values.delete(name);
      this.size -= this.sizeOf(value);
    }
  }
}
