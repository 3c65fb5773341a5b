import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

/** Everything temporary of a test run goes into one folder, which goes with it: CDK leaves a folder behind for each app. */
export default function setUp(): void {
  process.env.TMPDIR = mkdtempSync(path.join(tmpdir(), 'cdk-lambda-coverage-'));
}
