/** A support assistant: a dialog as a state machine, intents by patterns, answers with time limits, an escalation. */
import { answerTo, withTimeout } from './dialog/answers';
import { classify, Intent } from './dialog/intents';
import { Session, type State } from './dialog/session';

interface Event {
  readonly user?: string;
  readonly text?: string;
  readonly slowMs?: number;
  readonly close?: boolean;
}

const sessions = new Map<string, Session>();
const log: string[] = [];

export async function handler({ user, text, slowMs = 0, close }: Event) {
  if (!user) {
    return { error: 'no user' };
  }
  let session = sessions.get(user);
  if (session === undefined || session.isClosed) sessions.set(user, session = new Session(user));
  using_: {
    if (close) {
      session.close();
      break using_;
    }
    const intent = classify(text ?? '');
    session.record(text ?? '', intent);
    log.push(`${user}: ${Intent[intent]}`);
    if (log.length > 100) log.shift();
  }
  const reply = await respond(session, slowMs);
  return { reply, state: session.state, turns: session.turns, summary: session.toString() };
}

async function respond(session: Session, slowMs: number): Promise<string> {
  switch (session.state) {
    case 'closed':
      return 'Goodbye.';
    case 'escalated':
      return session.turns > 4 ? 'A colleague will call you.' : 'A colleague is joining.';
    case 'identifying':
    case 'answering':
      if (!session.orderNumber) return 'What is your order number?';
      session.move('answering');
      try {
        return await withTimeout(answerTo(session.topic, session.orderNumber, slowMs), 20);
      } catch (error) {
        session.move('escalated');
        return error instanceof Error && error.name === 'TimeoutError' ? 'This takes longer than it should.' : 'Something went wrong.';
      }
    default:
      return greetingFor(session.state);
  }
}

function greetingFor(state: State): string {
  const greetings: Partial<Record<State, () => string>> = {
    new: () => 'How can I help?',
    waiting: () => 'Anything else?',
  };
  return greetings[state]?.() ?? `(${state})`;
}
