/** The formats of a report, and how a combiner is told which ones to write. */
import type { EnvironmentProblem } from './environment';

/** All formats, in the order in which they are written. */
export const REPORT_FORMATS = ['html', 'html-single', 'lcov', 'json', 'json-summary', 'cobertura', 'clover', 'markdown', 'text', 'text-summary'] as const;

export type ReportFormatName = (typeof REPORT_FORMATS)[number];

/** Those that are written when nothing is said. */
export const DEFAULT_REPORT_FORMATS: readonly ReportFormatName[] = ['html', 'lcov', 'json', 'json-summary', 'cobertura', 'text'];

/** The variable that holds a comma-separated list of formats. */
export const REPORT_FORMATS_VARIABLE = 'COVERAGE_REPORT_FORMATS';

/** The variable that names the formats; none for the default. */
export function encodeReportFormats(formats: readonly ReportFormatName[]): Record<string, string> {
  const value = formats.join(',');
  return value === DEFAULT_REPORT_FORMATS.join(',') ? {} : { [REPORT_FORMATS_VARIABLE]: value };
}

/** The formats that an environment asks for, each once. Never throws: what is unknown is named and left out. */
export function decodeReportFormats(environment: Readonly<Record<string, string | undefined>>): {
  formats: readonly ReportFormatName[];
  problems: EnvironmentProblem[];
} {
  const value = environment[REPORT_FORMATS_VARIABLE];
  if (value === undefined) {
    return { formats: DEFAULT_REPORT_FORMATS, problems: [] };
  }
  const names = [...new Set(value.split(',').map((name) => name.trim()).filter((name) => name !== ''))];
  const formats = names.filter(isReportFormat);
  const problem = (message: string): EnvironmentProblem => ({ variable: REPORT_FORMATS_VARIABLE, value, message });
  const problems = names
    .filter((name) => !isReportFormat(name))
    .map((name) => problem(`format '${name}' is none of ${REPORT_FORMATS.join(', ')}; it is left out`));
  return formats.length > 0
    ? { formats, problems }
    : { formats: DEFAULT_REPORT_FORMATS, problems: [...problems, problem(`names no known format; ${DEFAULT_REPORT_FORMATS.join(', ')} are written`)] };
}

export function isReportFormat(name: string): name is ReportFormatName {
  return (REPORT_FORMATS as readonly string[]).includes(name);
}
