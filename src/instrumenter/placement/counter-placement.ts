import type { CounterTerm } from '../../contract/counter-table';
import type { SyntaxNode } from '../../conversion/syntax';
import type { Event } from '../counting-plan';
import { CounterFlow, type FlowOptions } from './counter-flow';
import type { ExpressionOptions } from './expressions';
import { Statements } from './statements';

export interface PlacementOptions extends FlowOptions, ExpressionOptions {
  /** The script's syntax tree. */
  readonly program: SyntaxNode;
}

/**
 * Puts counters into a script for a set of events: one for all events between which nothing can fail, and none where the counters of the ways on
 * from there tell as much.
 *
 * It goes through the script in the order of the source, which within a statement is the order of evaluation, and keeps in mind which counter
 * was passed last since when nothing could go another way. What may throw ends that: calls, property accesses, `await`, destructuring.
 * Arithmetic, comparisons and conversions to strings are taken for safe, though BigInts, symbols and `valueOf` could throw there; so are reads
 * of variables before their declaration has run.
 *
 * Nothing of what it puts in can be noticed by the script: names of functions, completion of statements without semicolon, `this` of a
 * call, short circuits and directives stay as they are. The code of a `with` statement is left alone, since its object could see the names.
 */
export class CounterPlacement {
  private readonly flow: CounterFlow;
  private readonly events: readonly Event[];

  public constructor(options: PlacementOptions) {
    this.events = options.events;
    this.flow = new CounterFlow(options);
    new Statements(this.flow, options).list(options.program.body as SyntaxNode[]);
    this.flow.finish();
  }

  /** How many counters there are. */
  public get count(): number {
    return this.flow.count;
  }

  /** What counts each event, by its position in the events; nothing where nothing could be put. */
  public termFor(event: number): CounterTerm | undefined {
    return this.flow.termFor(this.events[event]!);
  }
}
