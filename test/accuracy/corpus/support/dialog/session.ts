import { Intent, isQuestion } from './intents';

export type State = 'new' | 'identifying' | 'answering' | 'waiting' | 'escalated' | 'closed';

const MOVES: Readonly<Record<State, readonly State[]>> = {
  new: ['identifying', 'waiting', 'escalated', 'closed'],
  identifying: ['answering', 'escalated', 'closed', 'waiting'],
  answering: ['waiting', 'identifying', 'escalated', 'closed'],
  waiting: ['identifying', 'escalated', 'closed'],
  escalated: ['closed'],
  closed: [],
};

export class Session {
  private static count = 0;
  public readonly id = `s${++Session.count}`;
  public orderNumber: string | undefined;
  public topic: 'status' | 'refund' = 'status';
  public turns = 0;
  #state: State = 'new';
  #misunderstood = 0;

  public constructor(private readonly user: string) {}

  public get state(): State {
    return this.#state;
  }

  public get isClosed(): boolean {
    return this.#state === 'closed';
  }

  public record(text: string, intent: Intent): void {
    this.turns++;
    this.orderNumber = /\b[A-Z]{2}\d{4}\b/.exec(text)?.[0] ?? this.orderNumber;
    if (this.#state === 'escalated') {
      return;
    }
    switch (intent) {
      case Intent.Human:
        this.move('escalated');
        break;
      case Intent.Refund:
      case Intent.OrderStatus:
        this.topic = intent === Intent.Refund ? 'refund' : 'status';
        this.move('identifying');
        break;
      case Intent.Greeting:
        break;
      case Intent.Thanks:
        if (this.#state !== 'new') this.move('waiting');
        break;
      default:
        if (this.orderNumber && this.#state === 'identifying') break;
        this.#misunderstood += isQuestion(text) ? 2 : 1;
        if (this.#misunderstood >= 3) this.move('escalated');
    }
  }

  public move(to: State): void {
    if (to === this.#state) return;
    if (!MOVES[this.#state].includes(to)) {
      throw new Error(`a dialog that is ${this.#state} cannot be ${to}`);
    }
    this.#state = to;
  }

  public close(): void {
    this.move('closed');
  }

  public toString(): string {
    return [this.id, this.user, this.orderNumber ?? '-', this.#misunderstood > 0 ? `?${this.#misunderstood}` : ''].filter((part) => part !== '').join(' ');
  }
}
