import { setTimeout as delay } from 'node:timers/promises';

interface Event {
  readonly name?: string;
}

const WAITS = 3;
const WAIT_MS = 5;

/** Most functions wait most of the time; a timer stands in for what they ask, since it takes as long each time. */
export const handler = async ({ name }: Event) => {
  const parts: string[] = [];
  for (let wait = 1; wait <= WAITS; wait++) {
    await delay(WAIT_MS);
    parts.push(name ? `${name} ${wait}` : String(wait));
  }
  return { statusCode: 200, body: JSON.stringify({ parts }) };
};
