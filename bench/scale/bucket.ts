/** An S3 server in a process of its own, with as many objects as it is told: those of a folder, under further days where it has fewer. */
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { filesBelow } from '../../src/combiner/files-below';
import { LocalS3 } from '../../test/s3/local-s3';

const [bucket, folder, count] = process.argv.slice(2) as [string, string, string];
const DAY = 24 * 60 * 60 * 1_000;

async function main(): Promise<void> {
  const s3 = await LocalS3.start({ buckets: [bucket] });
  const files = filesBelow(folder).map((file) => ({ file, body: readFileSync(path.join(folder, file)) }));
  files.filter(({ file }) => !file.endsWith('.coverage')).forEach(({ file, body }) => s3.put(bucket, file, body));
  const objects = files.filter(({ file }) => file.endsWith('.coverage'));
  for (let at = 0; at < Number(count); at++) {
    const { file, body } = objects[at % objects.length]!;
    const day = new Date(Date.UTC(2026, 0, 1) + Math.floor(at / objects.length) * DAY).toISOString().slice(0, 10).replaceAll('-', '/');
    s3.put(bucket, file.replace(/\d{4}\/\d{2}\/\d{2}(?=\/[^/]+$)/, day), body);
  }
  // requests since the last question, by their methods
  process.on('message', () => {
    const requests: Record<string, number> = {};
    s3.requests.splice(0).forEach(({ method, operation }) => (requests[operation ?? method] = (requests[operation ?? method] ?? 0) + 1));
    process.send!(requests);
  });
  process.on('disconnect', () => process.exit());
  process.send!(s3.environment());
}

void main();
