import fc from 'fast-check';
import { decodeReportFormats, encodeReportFormats, REPORT_FORMATS } from '../../src/contract/report-formats';

test('decoding inverts encoding', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...REPORT_FORMATS], { minLength: 1 }), (formats) => {
      expect(decodeReportFormats(encodeReportFormats(formats))).toEqual({ formats, problems: [] });
    }),
  );
});

test('nothing is set for all formats, which is the default', () => {
  expect(encodeReportFormats(REPORT_FORMATS)).toEqual({});
  expect(decodeReportFormats({}).formats).toEqual(['html', 'lcov', 'json', 'json-summary', 'cobertura', 'text']);
});

test.each([
  ['lcov,lcov, html ,', ['lcov', 'html'], []],
  ['lcov,clover', ['lcov'], ["format 'clover' is none of html, lcov, json, json-summary, cobertura, text; it is left out"]],
  ['', REPORT_FORMATS, ['names no known format; all formats are written']],
  ['HTML', REPORT_FORMATS, [expect.stringMatching(/^format 'HTML' is none of/), 'names no known format; all formats are written']],
])('%p gives %j, and names what is wrong', (value, formats, messages) => {
  expect(decodeReportFormats({ COVERAGE_REPORT_FORMATS: value })).toEqual({
    formats,
    problems: messages.map((message) => ({ variable: 'COVERAGE_REPORT_FORMATS', value, message })),
  });
});
