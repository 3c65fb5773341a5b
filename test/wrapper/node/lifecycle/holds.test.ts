import { setTimeout as delay } from 'node:timers/promises';
import { Holds } from '../../../../src/wrapper/node/lifecycle/holds';

/** Whether a hold is over, told by who is first. */
async function isOver(hold: Promise<void>, milliseconds = 20): Promise<boolean> {
  return Promise.race([hold.then(() => true), delay(milliseconds, false)]);
}

test('an invocation holds from before it begins until its work ends', async () => {
  const holds = new Holds();
  const hold = holds.wait('a');
  const end = holds.begin('a');
  expect(await isOver(hold)).toBe(false);
  end();
  expect(await isOver(hold)).toBe(true);
});

test('work that ended before the extension heard of it holds nothing', async () => {
  const holds = new Holds();
  holds.begin('a')();
  expect(await isOver(holds.wait('a'))).toBe(true);
});

test('a retry of the same request holds again', async () => {
  const holds = new Holds();
  holds.begin('a')();
  await holds.wait('a');
  const hold = holds.wait('a');
  const end = holds.begin('a');
  expect(await isOver(hold)).toBe(false);
  end();
  expect(await isOver(hold)).toBe(true);
});

test('an invocation that the runtime never began is waited for once, for a second; the next one is not', async () => {
  const holds = new Holds();
  const refused = holds.wait('refused');
  expect(await isOver(refused, 900)).toBe(false);
  expect(await isOver(refused, 300)).toBe(true);
  holds.begin('next')();
  expect(await isOver(holds.wait('next'))).toBe(true);
});

test('work that has begun is waited for longer than a second', async () => {
  const holds = new Holds();
  const hold = holds.wait('long');
  const end = holds.begin('long');
  expect(await isOver(hold, 1_200)).toBe(false);
  end();
  expect(await isOver(hold)).toBe(true);
});

test('a release ends every hold, and those to come', async () => {
  const holds = new Holds();
  const hold = holds.wait('a');
  holds.release();
  expect(await isOver(hold)).toBe(true);
  expect(await isOver(holds.wait('b'))).toBe(true);
});

test('works that the extension never heard of do not pile up', async () => {
  const holds = new Holds();
  for (let n = 0; n < 10_000; n++) {
    holds.begin(String(n))();
  }
  expect((holds as unknown as { works: Map<string, unknown> }).works.size).toBeLessThan(100);
});
