/** The combiner as a Lambda function: combines the bucket's coverage, and writes it and the reports beside it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { continueLater } from './continuation';
import { bucketOf, timeLeft, type Context } from './invocation';
import { metricsLine } from './metrics';
import { decodeMetrics } from '../../contract/combiner-environment';
import type { CombinerEvent } from '../../contract/distributed-run';
import { combinedPrefix, reportsPrefix } from '../../contract/object-keys';
import { decodeReportFormats, type ReportFormatName } from '../../contract/report-formats';
import { convertMerged, nothingToReport, type Combined } from '../combine';
import { combineResult, type CombineResult } from '../combine-result';
import { coverageByFunction } from '../coverage-by-function';
import { coverageParts } from '../coverage-parts';
import { mergePlanned, closePlan } from '../distributed/merge-planned';
import { filesBelow } from '../files-below';
import { mergeIncrementally, type Increment } from '../incremental/merge-incrementally';
import type { ContentFinder } from '../kept-content';
import { logError, logInfo } from '../log';
import { totalsMetadata } from '../report/totals';
import { writeReports, type Reported } from '../report/write-reports';
import type { S3Store } from '../stores/s3-store';

const CONTENT_TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8', css: 'text/css', js: 'text/javascript', json: 'application/json', xml: 'application/xml', png: 'image/png',
};

/** Reading ends when so much of the time is left, as a part of it: converting and writing need it. */
const PART_FOR_REPORTS = 0.4;

/** @throws Error if the bucket is not named, or cannot be read or written */
export async function handler(event?: CombinerEvent, context: Context = {}): Promise<CombineResult> {
  const started = Date.now();
  const { store, bucket, prefix, problems } = bucketOf(process.env);
  const formats = decodeReportFormats(process.env);
  const wrong = [...problems, ...formats.problems].map(({ variable, value, message }) => `${variable} '${value}' ${message}`);
  const hasTime = timeLeft(context, PART_FOR_REPORTS);
  const hasTimeForMetrics = timeLeft(context, PART_FOR_REPORTS / 4);
  const increment = event?.plan === undefined
    ? await mergeIncrementally(store, { hasTime, afresh: event?.afresh === true })
    : await mergePlanned(store, event.plan);
  const combinedKey = `${combinedPrefix(prefix)}coverage-final.json`;
  const location = `s3://${bucket}/${combinedKey}`;
  if (event?.plan === undefined && !increment.read.complete) {
    return continued(increment, { location, started, functionName: context.functionName, wrong });
  }
  const combined = await convertMerged(increment.merged, (sha256) => store.source(sha256));
  const errors = [...wrong, ...increment.read.errors, ...combined.errors];
  errors.forEach((message) => logError(message));
  const { processed, known, skipped } = increment.read;
  const nothing = nothingToReport({ ...combined, filesProcessed: processed + known, filesSkipped: skipped });
  if (nothing !== undefined) {
    throw new Error(`${store.location}: ${nothing}; the reports of the run before stay`);
  }
  const sources: ContentFinder = async (sha256) => store.source(sha256);
  const parts = formats.formats.includes('html-single') ? await coverageParts(increment.merged, combined, sources) : [];
  await write(store, { ...combined, parts }, { combinedKey, prefix, formats: formats.formats });
  const result = combineResult(increment.read, combined.coverage, { location, errors, started });
  if (decodeMetrics(process.env)) {
    await writeMetrics(bucket, increment, combined, { store, hasTime: hasTimeForMetrics });
  }
  if (event?.plan !== undefined) {
    await closePlan(store, event.plan);
  }
  const { errors: _, ...summary } = result;
  logInfo('coverage combined', { ...summary, files_read: processed, functions: combined.lambdaFunctions.length });
  return result;
}

/** Goes on with another invocation; not without end, since each one has to get further than the one before. */
async function continued(
  { read }: Increment,
  { location, started, functionName, wrong }: { location: string; started: number; functionName: string | undefined; wrong: readonly string[] },
): Promise<CombineResult> {
  const errors = [...wrong, ...read.errors];
  if (read.processed > 0 && functionName !== undefined) {
    await continueLater(functionName).catch((error: Error) => errors.push(error.message));
  } else {
    errors.push('no object could be read in the time that there was; give the function more of it');
  }
  errors.forEach((message) => logError(message));
  logInfo('coverage partly combined: there was no time for more, and what was read is kept for the next run', { files_read: read.processed });
  return combineResult(read, undefined, { location, errors, started });
}

async function write(
  store: S3Store, combined: Reported, { combinedKey, prefix, formats }: { combinedKey: string; prefix: string; formats: readonly ReportFormatName[] },
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'coverage-report-'));
  try {
    await store.write(combinedKey, Buffer.from(JSON.stringify(combined.coverage)), CONTENT_TYPES.json!, totalsMetadata(combined.coverage));
    writeReports(combined, { folder, formats, textFiles: true });
    for (const file of filesBelow(folder)) {
      const type = CONTENT_TYPES[file.split('.').at(-1)!] ?? 'text/plain; charset=utf-8';
      await store.write(reportsPrefix(prefix) + file, readFileSync(join(folder, file)), type);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function writeMetrics(
  bucket: string, { merged }: Increment, combined: Combined, { store, hasTime }: { store: S3Store; hasTime: () => boolean },
): Promise<void> {
  const time = new Date();
  process.stdout.write(`${metricsLine({ bucket, totals: combined.coverage.getCoverageSummary().data }, time)}\n`);
  for await (const { lambdaFunction, coverage } of coverageByFunction(merged, combined, (sha256) => store.source(sha256))) {
    process.stdout.write(`${metricsLine({ bucket, lambdaFunction, totals: coverage.getCoverageSummary().data }, time)}\n`);
    if (!hasTime()) {
      logError(`there was no time for the metrics of all ${combined.lambdaFunctions.length} functions; the last was ${lambdaFunction}`);
      return;
    }
  }
}
