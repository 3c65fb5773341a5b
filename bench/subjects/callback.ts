interface Event {
  readonly name?: string;
}

type Callback = (error: Error | null, answer?: unknown) => void;

/** Answers by its callback, so that the runtime waits for an empty event loop. Node.js 24 refuses such handlers. */
export const handler = ({ name }: Event, _context: unknown, callback: Callback): void => {
  setImmediate(() => {
    const greeting = name ? `Hello, ${name}` : 'Hello';
    callback(null, { statusCode: 200, body: JSON.stringify({ greeting }) });
  });
};
