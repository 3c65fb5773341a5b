import fc from 'fast-check';
import { PythonMerge } from '../../../src/combiner/merging/python-merge';
import { decodeRawCoverage, MAX_PYTHON_LINE, type PythonRawCoverage } from '../../../src/contract/raw-coverage';

const TABLE = '0'.repeat(64);

function raw(arcs: readonly number[], sequence = 0): PythonRawCoverage {
  return {
    version: 1,
    kind: 'python',
    metadata: {
      functionName: 'orders',
      functionVersion: '1',
      environmentId: '0123456789ab',
      sequence,
      timestamp: '2026-01-31T00:00:00.000Z',
      phase: 'invocation',
      runtime: 'Python 3.13',
      engine: 'coverage.py',
      layerVersion: '1.0.0',
      include: [],
      exclude: [],
      branchCoverage: true,
    },
    omitted: [],
    result: [{ path: 'app.py', table: TABLE, arcs }],
  };
}

/** Lines of files of all sizes, and exits of them. */
const line = fc.oneof(
  fc.integer({ min: 1, max: 300 }),
  fc.integer({ min: 1, max: MAX_PYTHON_LINE }),
  fc.constantFrom(2 ** 15 - 1, 2 ** 15, 2 ** 15 + 1, 2 ** 16, MAX_PYTHON_LINE),
).chain((number) => fc.constantFrom(number, -number));

test('arcs of files of any size are put together, each once', () => {
  fc.assert(fc.property(fc.array(fc.array(fc.tuple(line, line), { maxLength: 20 }), { minLength: 1, maxLength: 4 }), (objects) => {
    const merge = new PythonMerge();
    objects.forEach((arcs, sequence) => merge.add(raw(arcs.flat(), sequence)));
    const expected = new Set(objects.flat().map((arc) => arc.join(',')));
    expect(merge.files().map(({ arcs }) => arcs)).toEqual([expected]);
    const again = new PythonMerge();
    merge.raws().forEach((one) => again.add(one));
    expect(again.files()).toEqual(merge.files());
  }));
});

test.each([[[1, MAX_PYTHON_LINE + 1]], [[-MAX_PYTHON_LINE - 1, 1]], [[1, 1.5]], [[1]], [['1', 2]], [[1, null]], ['1,2']])('%j are no arcs', (arcs) => {
  const json = JSON.stringify(raw(arcs as number[]));
  expect(() => decodeRawCoverage(json)).toThrow(/^result\[0\]\.arcs/);
});
