interface Event {
  readonly name?: string;
}

/** The smallest handler that is still one: it waits for something once and has a branch. */
export const handler = async ({ name }: Event) => {
  await Promise.resolve();
  const greeting = name ? `Hello, ${name}` : 'Hello';
  return { statusCode: 200, body: JSON.stringify({ greeting }) };
};
