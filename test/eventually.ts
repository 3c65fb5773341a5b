/** What is asked for, as soon as it is as expected, or as it is after some seconds: ten, if nothing else is said. */
export async function eventually<T>(ask: () => Promise<T>, expected: (found: T) => boolean, seconds = 10): Promise<T> {
  const end = Date.now() + seconds * 1_000;
  for (;;) {
    const found = await ask();
    if (expected(found) || Date.now() > end) {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
