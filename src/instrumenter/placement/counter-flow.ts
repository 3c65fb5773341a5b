import type { CounterTerm } from '../../contract/counter-table';
import type { SyntaxNode } from '../../conversion/syntax';
import type { Event } from '../counting-plan';
import type { Insertions } from '../insertions';

export interface FlowOptions {
  readonly events: readonly Event[];
  readonly insertions: Insertions;
  /** What counts at a counter, as an expression without a value of interest. */
  readonly codeOf: (counter: number) => string;
  /** Whether they are to tell how often something runs, and not only that it does. */
  readonly counts: boolean;
}

/** How it was at some place of the script. */
export interface Mark {
  readonly current: Passing | undefined;
  readonly hazards: number;
}

/** That a stretch of the script is passed, in which nothing can go another way: by a counter of its own, or by those of the ways on from it. */
interface Passing {
  /** Puts the code of its counter into the script; nothing where that is done. */
  readonly insert?: (code: string) => void;
  /** The ways on from it, of which one is passed whenever it is. */
  ways?: readonly Passing[];
  /** Those that tell of it, once that is settled. */
  counters?: readonly number[];
}

/** One of the ways on from a place: what is passed at its very start, and at its end. */
interface Way {
  first?: Passing | undefined;
  last?: Passing | undefined;
  /** Whether nothing has run in it yet. */
  atStart: boolean;
}

interface Outcomes {
  readonly truthy?: number;
  readonly falsy?: number;
}

/** Of how many counters another one may be made up, so that tables stay small. */
const MOST_WAYS = 16;

/**
 * The counters that are asked for, and which of them tells how often the place is come to that the way through the script has reached: one
 * counter serves all places between which nothing can go another way, and none is needed where the way on from there has two arms that have
 * counters themselves.
 */
export class CounterFlow {
  private readonly wanted = new Set<number>();
  private readonly passings: Passing[] = [];
  private readonly placed = new Map<number, Passing>();
  private readonly elses = new Map<SyntaxNode, Passing | undefined>();
  private readonly outcomes = new Map<SyntaxNode, Outcomes>();
  /** What tells how often the place here is come to. */
  private current: Passing | undefined;
  private way: Way = { atStart: false };
  /** How often something was passed that may go another way. */
  private hazards = 0;
  private size = 0;

  public constructor(private readonly options: FlowOptions) {
    for (const event of options.events) {
      if (event.kind === 'place') {
        this.wanted.add(event.offset);
      } else if (event.kind === 'else') {
        this.elses.set(event.statement, undefined);
      } else {
        const known = this.outcomes.get(event.test) ?? {};
        this.outcomes.set(event.test, { ...known, [event.truth ? 'truthy' : 'falsy']: -1 });
      }
    }
  }

  /** Puts the counters in that are needed, once the way through the script is done. */
  public finish(): void {
    // the ways on from a place were passed after it
    this.passings.reverse().forEach((passing) => this.settle(passing));
  }

  /** How many counters there are. */
  public get count(): number {
    return this.size;
  }

  /** What counts an event, once all is finished; nothing where nothing could be put. */
  public termFor(event: Event): CounterTerm | undefined {
    switch (event.kind) {
      case 'place': return this.termOf(this.placed.get(event.offset));
      case 'else': return this.termOf(this.elses.get(event.statement));
      case 'outcome': {
        const counter = this.outcomes.get(event.test)![event.truth ? 'truthy' : 'falsy']!;
        return counter < 0 ? undefined : counter;
      }
    }
  }

  public insert(offset: number, text: string): void {
    this.options.insertions.add(offset, text);
  }

  /** Sees to the events at some offsets, which are all come to here: by what was passed, or by a new counter. */
  public come(offsets: readonly number[], insert: (code: string) => void): void {
    this.arrive(offsets, () => {
      const counter = this.size++;
      insert(this.options.codeOf(counter));
      return { counters: [counter] };
    });
  }

  /** The same, where the counter's code can stand at one place, and be left out. */
  public comeAt(offsets: readonly number[], place: number, textOf: (code: string) => string): void {
    this.arrive(offsets, () => this.omittable(place, textOf));
  }

  /** Whether there is something to count at one of the offsets that what was passed does not tell. */
  public needsCounter(offsets: readonly number[]): boolean {
    return this.current === undefined && offsets.some((offset) => this.wanted.has(offset) && !this.placed.has(offset));
  }

  /** Something may throw, or leave. */
  public hazard(): void {
    this.hazards++;
    this.turn();
  }

  /** What follows is not come to as often as what was before, though nothing failed. */
  public turn(): void {
    this.current = undefined;
    this.way.atStart = false;
  }

  /** What follows is come to whenever what was before is, and may be again. */
  public repeat(): void {
    if (this.options.counts) {
      this.turn();
    }
  }

  public mark(): Mark {
    return { current: this.current, hazards: this.hazards };
  }

  /** Where nothing could fail since the mark, what follows is come to as often as what was there. */
  public join({ current, hazards }: Mark): void {
    this.current = this.hazards === hazards ? current : undefined;
  }

  /** Goes through a part that may be left out. */
  public optionally(part: () => void): void {
    const before = this.mark();
    this.turn();
    part();
    this.join(before);
  }

  /**
   * Goes through two parts of which one runs.
   *
   * @param leaving which of them never goes on to what follows, where one is known not to
   */
  public either(part: () => void, other: () => void, leaving?: 0 | 1): void {
    const before = this.mark();
    const ways = [part, other].map((go) => this.wayThrough(go));
    const firsts = ways.flatMap(({ first }) => first ?? []);
    if (before.current && firsts.length === 2) {
      before.current.ways ??= firsts;
    }
    this.join(before);
    if (this.current === undefined && leaving !== undefined) {
      this.current = ways[1 - leaving]!.last;
    }
  }

  /** Goes through something that runs at another time. */
  public apart(part: () => void): void {
    const { current, hazards, way } = this;
    this.wayThrough(part);
    Object.assign(this, { current, hazards, way });
  }

  public countsElse(statement: SyntaxNode): boolean {
    return this.elses.has(statement);
  }

  /** Counts, by code at a place, that the condition of an `if` without `else` did not hold. */
  public comeToElse(statement: SyntaxNode, place: number): void {
    const passing = this.omittable(place, (code) => `else ${code};`);
    this.elses.set(statement, passing);
    this.pass(passing);
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

  private arrive(offsets: readonly number[], make: () => Passing): void {
    const here = offsets.filter((offset) => this.wanted.has(offset) && !this.placed.has(offset));
    if (here.length === 0) {
      return;
    }
    this.current ?? this.pass(make());
    here.forEach((offset) => this.placed.set(offset, this.current!));
  }

  private omittable(place: number, textOf: (code: string) => string): Passing {
    const fill = this.options.insertions.reserve(place);
    return { insert: (code) => fill(textOf(code)) };
  }

  private pass(passing: Passing): void {
    this.passings.push(passing);
    this.current = passing;
    if (this.way.atStart) {
      this.way.first = passing;
      this.way.atStart = false;
    }
  }

  private wayThrough(part: () => void): Way {
    this.turn();
    const way: Way = { atStart: true };
    this.way = way;
    part();
    way.last = this.current;
    return way;
  }

  private settle(passing: Passing): void {
    const ofWays = passing.ways?.flatMap(({ counters }) => counters!) ?? [];
    if (passing.insert && ofWays.length > 0 && ofWays.length <= MOST_WAYS) {
      passing.counters = ofWays;
    } else if (passing.insert) {
      const counter = this.size++;
      passing.insert(this.options.codeOf(counter));
      passing.counters = [counter];
    }
  }

  private termOf(passing: Passing | undefined): CounterTerm | undefined {
    const counters = passing?.counters;
    return counters && (counters.length === 1 ? counters[0] : [this.options.counts ? 'sum' : 'max', ...counters]);
  }
}
