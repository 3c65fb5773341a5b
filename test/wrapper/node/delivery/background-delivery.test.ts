import type { BackgroundDelivery as Delivery } from '../../../../src/wrapper/node/delivery/background-delivery';
import type { Collector } from '../../../../src/wrapper/node/delivery/collector';

let takes: number[];
let delivery: Delivery;

beforeEach(() => {
  jest.useFakeTimers({ now: 1_000_000 });
  takes = [];
  const collector = { take: () => takes.push(Date.now() - 1_000_000), deliver: async () => undefined } as unknown as Collector;
  // the timers and the clock are taken when the module loads
  jest.isolateModules(() => {
    const path = '../../../../src/wrapper/node/delivery/background-delivery';
    delivery = new (jest.requireActual<{ BackgroundDelivery: typeof Delivery }>(path).BackgroundDelivery)(collector);
  });
});

afterEach(() => jest.useRealTimers());

const invoke = (milliseconds: number) => {
  delivery.begun();
  jest.advanceTimersByTime(milliseconds);
  delivery.ended();
};

test('one after the other, invocations are uploaded every 2 s at most', () => {
  for (let n = 0; n < 100; n++) {
    invoke(100);
  }
  jest.advanceTimersByTime(60_000);
  expect(takes).toEqual([...takes].sort((a, b) => a - b));
  expect(takes.slice(1).map((time, n) => time - takes[n]!).filter((pause) => pause < 2_000)).toEqual([]);
});

test('with an invocation always going on, they are uploaded every 10 to 12 s, and once more at the end', () => {
  delivery.begun();
  for (let n = 0; n < 600; n++) {
    invoke(100);
  }
  delivery.ended();
  jest.advanceTimersByTime(60_000);
  const pauses = takes.slice(1).map((time, n) => time - takes[n]!);
  expect(pauses.slice(0, -1).filter((pause) => pause < 10_000 || pause > 12_000)).toEqual([]);
  expect(takes.length).toBeGreaterThanOrEqual(6);
  expect(takes.length).toBeLessThanOrEqual(7);
  expect(takes.at(-1)).toBeGreaterThanOrEqual(60_000);
});
