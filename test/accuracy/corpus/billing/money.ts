/** Cents, rounded half to even. */
export class Money {
  public static readonly zero = new Money(0);

  public static of(units: number, cents = 0): Money {
    return new Money(units * 100 + cents);
  }

  private constructor(private readonly cents: number) {}

  public get isZero(): boolean {
    return this.cents === 0;
  }

  public plus(other: Money): Money {
    return other.isZero ? this : new Money(this.cents + other.cents);
  }

  public minus(other: Money): Money {
    return new Money(this.cents - other.cents);
  }

  public times(factor: number): Money {
    return new Money(roundHalfEven(this.cents * factor));
  }

  public percent(percent: number): Money {
    return this.times(percent / 100);
  }

  public isMoreThan(other: Money): boolean {
    return this.cents > other.cents;
  }

  public toString(): string {
    const absolute = Math.abs(this.cents);
    const sign = this.cents < 0 ? '-' : '';
    return `${sign}${Math.floor(absolute / 100)}.${String(absolute % 100).padStart(2, '0')}`;
  }
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (Math.abs(rest - 0.5) > 1e-9) {
    return rest > 0.5 ? floor + 1 : floor;
  }
  return floor % 2 === 0 ? floor : floor + 1;
}
