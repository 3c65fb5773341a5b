import type { Session } from './session';

/** One behaviour of S3. */
export interface Row {
  /** What the client does and what must come of it. */
  readonly name: string;
  /** What not every server offers. @default - nothing */
  readonly needs?: 'virtualHostDomain';
  /** What S3 lets see, from its documentation. */
  readonly expected: unknown;
  /** Does it, and gives back what was seen of it. */
  observe(session: Session): Promise<unknown>;
}
