import type { CircuitBreaker } from '../../../../src/wrapper/node/delivery/circuit-breaker';

const SECOND = 1_000;

let breaker: CircuitBreaker;

beforeEach(() => {
  jest.useFakeTimers({ now: Date.UTC(2026, 0, 31) });
  // the clock is taken when the module loads
  jest.isolateModules(() => {
    const { CircuitBreaker: Loaded } = jest.requireActual<typeof import('../../../../src/wrapper/node/delivery/circuit-breaker')>('../../../../src/wrapper/node/delivery/circuit-breaker');
    breaker = new Loaded();
  });
});

afterEach(() => jest.useRealTimers());

function fail(times: number): void {
  for (let n = 0; n < times; n++) {
    breaker.failed();
  }
}

/** How many whole seconds it stays open from now on. */
function pause(): number {
  for (let seconds = 0; ; seconds++) {
    if (!breaker.isOpen) {
      return seconds;
    }
    jest.advanceTimersByTime(SECOND);
  }
}

test.each([[0, false], [1, false], [2, false], [3, true]])('after %d failures in a row it is open: %p', (failures, open) => {
  fail(failures);
  expect(breaker.isOpen).toBe(open);
});

test('each further failure doubles the pause, up to ten minutes', () => {
  fail(2);
  const pauses = Array.from({ length: 7 }, () => {
    fail(1);
    return pause();
  });
  expect(pauses).toEqual([60, 120, 240, 480, 600, 600, 600]);
});

test('the pause is over to the millisecond', () => {
  fail(3);
  jest.advanceTimersByTime(60 * SECOND - 1);
  expect(breaker.isOpen).toBe(true);
  jest.advanceTimersByTime(1);
  expect(breaker.isOpen).toBe(false);
});

test('a success closes it at once, and the counting begins anew', () => {
  fail(6);
  breaker.succeeded();
  expect(breaker.isOpen).toBe(false);
  fail(2);
  expect(breaker.isOpen).toBe(false);
  fail(1);
  expect(pause()).toBe(60);
});

test('failures with successes between them never open it', () => {
  for (let n = 0; n < 20; n++) {
    fail(2);
    breaker.succeeded();
  }
  expect(breaker.isOpen).toBe(false);
});

test('it stays shut when failures have been too many to count in powers of two', () => {
  fail(2_000);
  expect(pause()).toBe(600);
});
