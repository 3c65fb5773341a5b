import fc from 'fast-check';
import { decodeReportFormats, DEFAULT_REPORT_FORMATS, encodeReportFormats, REPORT_FORMATS } from '../../src/contract/report-formats';

test('decoding inverts encoding', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...REPORT_FORMATS], { minLength: 1 }), (formats) => {
      expect(decodeReportFormats(encodeReportFormats(formats))).toEqual({ formats, problems: [] });
    }),
  );
});

test('nothing is set for the default', () => {
  expect(encodeReportFormats(DEFAULT_REPORT_FORMATS)).toEqual({});
  expect(decodeReportFormats({}).formats).toEqual(['html', 'lcov', 'json', 'json-summary', 'cobertura', 'text']);
});

test.each([
  ['lcov,lcov, html ,', ['lcov', 'html'], []],
  ['lcov,pdf', ['lcov'], ["format 'pdf' is none of html, html-single, lcov, json, json-summary, cobertura, clover, markdown, text, text-summary; it is left out"]],
  ['', DEFAULT_REPORT_FORMATS, ['names no known format; html, lcov, json, json-summary, cobertura, text are written']],
  ['HTML', DEFAULT_REPORT_FORMATS, [expect.stringMatching(/^format 'HTML' is none of/), expect.stringMatching(/^names no known format; html, lcov/)]],
])('%p gives %j, and names what is wrong', (value, formats, messages) => {
  expect(decodeReportFormats({ COVERAGE_REPORT_FORMATS: value })).toEqual({
    formats,
    problems: messages.map((message) => ({ variable: 'COVERAGE_REPORT_FORMATS', value, message })),
  });
});
