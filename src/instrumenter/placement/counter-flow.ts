import type { SyntaxNode } from '../../conversion/syntax';
import type { Event } from '../counting-plan';
import type { Insertions } from '../insertions';

export interface FlowOptions {
  readonly events: readonly Event[];
  readonly insertions: Insertions;
  /** What counts at a counter, as an expression without a value of interest. */
  readonly codeOf: (counter: number) => string;
}

/** How it was at some place of the script. */
export interface Mark {
  readonly current: number | undefined;
  readonly hazards: number;
}

interface Outcomes {
  readonly truthy?: number;
  readonly falsy?: number;
}

/**
 * The counters that are asked for, and which of them tells how often the place is come to that the way through the script has reached: one
 * counter serves all places between which nothing can go another way.
 */
export class CounterFlow {
  private readonly wanted = new Set<number>();
  private readonly placed = new Map<number, number>();
  private readonly elses = new Map<SyntaxNode, number>();
  private readonly outcomes = new Map<SyntaxNode, Outcomes>();
  /** The counter that tells how often the place here is come to. */
  private current: number | undefined;
  /** How often something was passed that may go another way. */
  private hazards = 0;
  private size = 0;

  public constructor(private readonly options: FlowOptions) {
    for (const event of options.events) {
      if (event.kind === 'place') {
        this.wanted.add(event.offset);
      } else if (event.kind === 'else') {
        this.elses.set(event.statement, -1);
      } else {
        const known = this.outcomes.get(event.test) ?? {};
        this.outcomes.set(event.test, { ...known, [event.truth ? 'truthy' : 'falsy']: -1 });
      }
    }
  }

  /** How many counters there are. */
  public get count(): number {
    return this.size;
  }

  /** The counter of an event, once the way through the script is done; nothing where none could be put. */
  public counterOf(event: Event): number | undefined {
    switch (event.kind) {
      case 'place': return this.placed.get(event.offset);
      case 'else': return found(this.elses.get(event.statement));
      case 'outcome': return found(this.outcomes.get(event.test)![event.truth ? 'truthy' : 'falsy']);
    }
  }

  public insert(offset: number, text: string): void {
    this.options.insertions.add(offset, text);
  }

  /** Sees to the events at some offsets, which are all come to here: by the counter that was passed, or by a new one. */
  public come(offsets: readonly number[], insert: (code: string) => void): void {
    const here = offsets.filter((offset) => this.wanted.has(offset) && !this.placed.has(offset));
    if (here.length === 0) {
      return;
    }
    if (this.current === undefined) {
      this.current = this.size++;
      insert(this.options.codeOf(this.current));
    }
    here.forEach((offset) => this.placed.set(offset, this.current!));
  }

  /** Whether `come` would make a counter for one of the offsets. */
  public needsCounter(offsets: readonly number[]): boolean {
    return this.current === undefined && offsets.some((offset) => this.wanted.has(offset) && !this.placed.has(offset));
  }

  /** Something may throw, or leave. */
  public hazard(): void {
    this.hazards++;
    this.current = undefined;
  }

  /** What follows is not come to as often as what was before, though nothing failed. */
  public turn(): void {
    this.current = undefined;
  }

  public mark(): Mark {
    return { current: this.current, hazards: this.hazards };
  }

  /** Where nothing could fail since the mark, what follows is come to as often as what was there. */
  public join({ current, hazards }: Mark): void {
    this.current = this.hazards === hazards ? current : undefined;
  }

  /** Goes through parts that may each be left out. */
  public optionally(...parts: ReadonlyArray<() => void>): void {
    const before = this.mark();
    for (const part of parts) {
      this.turn();
      part();
    }
    this.join(before);
  }

  /** Goes through something that runs at another time. */
  public apart(part: () => void): void {
    const { current, hazards } = this;
    this.turn();
    part();
    this.current = current;
    this.hazards = hazards;
  }

  public countsElse(statement: SyntaxNode): boolean {
    return this.elses.has(statement);
  }

  /** What counts that the condition of an `if` without `else` did not hold. */
  public elseCode(statement: SyntaxNode): string {
    this.elses.set(statement, this.size);
    return this.options.codeOf(this.size++);
  }

  public countsOutcome(test: SyntaxNode): boolean {
    return this.outcomes.has(test);
  }

  /** What counts how a test went, behind the test. */
  public outcomeCode(test: SyntaxNode): string {
    const wanted = this.outcomes.get(test)!;
    const truthy = wanted.truthy === undefined ? undefined : this.size++;
    const falsy = wanted.falsy === undefined ? undefined : this.size++;
    this.outcomes.set(test, { ...(truthy !== undefined && { truthy }), ...(falsy !== undefined && { falsy }) });
    const [held, failed] = [truthy, falsy].map((counter) => (counter === undefined ? '' : this.options.codeOf(counter)));
    return truthy === undefined ? `||(${failed},!1)` : falsy === undefined ? `&&(${held},!0)` : `?(${held},!0):(${failed},!1)`;
  }
}

function found(counter: number | undefined): number | undefined {
  return counter === undefined || counter < 0 ? undefined : counter;
}
