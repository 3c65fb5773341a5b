/** The combiner as a Lambda function: combines the bucket's coverage, and writes it and the reports beside it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { combine, nothingToReport } from './combine';
import { filesBelow } from './files-below';
import { decodeEnvironment, Variable } from '../contract/environment';
import { combinedPrefix, reportsPrefix } from '../contract/object-keys';
import { decodeReportFormats } from '../contract/report-formats';
import { totalPercentage, totalsMetadata } from './report/totals';
import { writeReports } from './report/write-reports';
import { S3Store } from './stores/s3-store';

/** Same fields as `combine_coverage_files` of the reference. */
export interface CombinerResult {
  readonly files_processed: number;
  readonly files_skipped: number;
  /** Percentage of the statements and branches that were covered. */
  readonly combined_coverage: number;
  /** S3 URI of the combined coverage, an Istanbul coverage map; the reports are in `reports/` beside its folder. */
  readonly output_location: string;
  readonly processing_time_ms: number;
  readonly errors: readonly string[];
}

const CONTENT_TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8', css: 'text/css', js: 'text/javascript', json: 'application/json', xml: 'application/xml', png: 'image/png',
};

/** Lambda answers with 6 MB at most, and nobody reads ten thousand lines. */
const MAX_ERRORS = 100;

/** @throws Error if the bucket is not named, or cannot be read or written */
export async function handler(): Promise<CombinerResult> {
  const started = Date.now();
  const { settings, problems } = decodeEnvironment(process.env);
  const formats = decodeReportFormats(process.env);
  if (settings.bucket === undefined) {
    throw new Error(`${Variable.BUCKET} is not set; CoverageCombiner sets it to the name of its bucket`);
  }
  const wrong = [...problems, ...formats.problems].map(({ variable, value, message }) => `${variable} '${value}' ${message}`);
  const store = new S3Store(settings.bucket, settings.prefix);
  const folder = mkdtempSync(join(tmpdir(), 'coverage-report-'));
  try {
    const combined = await combine(store);
    const errors = [...wrong, ...combined.errors];
    errors.forEach((message) => console.error(JSON.stringify({ level: 'ERROR', error_type: 'CoverageCombineError', message })));
    const nothing = nothingToReport(combined);
    if (nothing !== undefined) {
      throw new Error(`${store.location}: ${nothing}; the reports of the run before stay`);
    }
    const combinedKey = `${combinedPrefix(settings.prefix)}coverage-final.json`;
    await store.write(combinedKey, Buffer.from(JSON.stringify(combined.coverage)), CONTENT_TYPES.json!, totalsMetadata(combined.coverage));
    writeReports(combined, { folder, formats: formats.formats, textFile: 'coverage.txt' });
    for (const file of filesBelow(folder)) {
      const type = CONTENT_TYPES[file.split('.').at(-1)!] ?? 'text/plain; charset=utf-8';
      await store.write(reportsPrefix(settings.prefix) + file, readFileSync(join(folder, file)), type);
    }
    return {
      files_processed: combined.filesProcessed,
      files_skipped: combined.filesSkipped,
      combined_coverage: totalPercentage(combined.coverage),
      output_location: `s3://${settings.bucket}/${combinedKey}`,
      processing_time_ms: Date.now() - started,
      errors: errors.length > MAX_ERRORS ? [...errors.slice(0, MAX_ERRORS), `and ${errors.length - MAX_ERRORS} more`] : errors,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
