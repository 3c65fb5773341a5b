import type { beforeDeadline as BeforeDeadline, DeadlineActions } from '../../../../src/wrapper/node/lifecycle/deadline';

let beforeDeadline: typeof BeforeDeadline;
let calls: Array<[milliseconds: number, what: string]>;
let actions: DeadlineActions;

beforeEach(() => {
  jest.useFakeTimers({ now: 0 });
  // the timers are taken when the module loads
  jest.isolateModules(() => {
    ({ beforeDeadline } = jest.requireActual<{ beforeDeadline: typeof BeforeDeadline }>('../../../../src/wrapper/node/lifecycle/deadline'));
  });
  calls = [];
  actions = {
    flush: (limit) => calls.push([Date.now(), `flush within ${limit}`]),
    save: () => calls.push([Date.now(), 'save']),
  };
});

afterEach(() => jest.useRealTimers());

// a fifth of the time ahead of the timeout, between 100 ms and 1 s; the last 50 ms are for the disk
test.each<[number, Array<[number, string]>]>([
  [900_000, [[899_000, 'flush within 950'], [899_950, 'save']]],
  [3_000, [[2_400, 'flush within 550'], [2_950, 'save']]],
  [1_000, [[800, 'flush within 150'], [950, 'save']]],
  [400, [[300, 'flush within 50'], [350, 'save']]],
])('with %d ms left, it is tried to upload and then saved ahead of the timeout', (remaining, expected) => {
  beforeDeadline(remaining, actions);
  jest.advanceTimersByTime(remaining + 60_000);
  expect(calls).toEqual(expected);
});

test.each([100, 50, 10, 0, -1_000])('with %d ms left, both come at once and in order', (remaining) => {
  beforeDeadline(remaining, actions);
  jest.advanceTimersByTime(60);
  expect(calls.map(([, what]) => what)).toEqual(['flush within 50', 'save']);
});

test.each([[0, []], [2_500, ['flush within 550']], [2_960, ['flush within 550', 'save']]])('called off after %d ms, nothing more comes', (after, expected) => {
  const callOff = beforeDeadline(3_000, actions);
  jest.advanceTimersByTime(after);
  callOff();
  callOff();
  jest.advanceTimersByTime(10_000);
  expect(calls.map(([, what]) => what)).toEqual(expected);
});

test('an event loop that is empty ends all the same', () => {
  jest.useRealTimers();
  const start = jest.spyOn(globalThis, 'setTimeout');
  jest.isolateModules(() => {
    jest.requireActual<{ beforeDeadline: typeof BeforeDeadline }>('../../../../src/wrapper/node/lifecycle/deadline').beforeDeadline(3_000, actions)();
  });
  expect(start.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([false, false]);
  start.mockRestore();
});
