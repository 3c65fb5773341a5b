import * as path from 'node:path';
import { PEERS_FOLDER } from '../peers';

/** A way to make one report of many objects, as its users do it. */
export interface Tool {
  readonly title: string;
  /** For docs/performance.md. */
  readonly about: string;
  /** What it reads: our objects, or V8's files of the same coverage. */
  readonly input: 'objects' | 's3' | 'v8';
  /** Arguments for `node`; paths are absolute. */
  readonly args: (input: string, output: string) => readonly string[];
  /** How many objects at most it is given; what more would take is computed from that, in proportion. @default - all */
  readonly limit?: number;
}

const CLI = path.join(__dirname, '..', '..', 'assets', 'cli', 'lambda-coverage.js');

function c8(...options: string[]): Tool['args'] {
  const bin = path.join(PEERS_FOLDER, 'node_modules', 'c8', 'bin', 'c8.js');
  return (input, output) => [bin, 'report', '--temp-directory', input, '--reports-dir', output, '--reporter', 'json', '--exclude-after-remap', '--allow-external', ...options];
}

export const TOOLS = {
  'ours': {
    title: 'ours, folder',
    about: '`lambda-coverage report` of a folder',
    input: 'objects',
    args: (input, output) => [CLI, 'report', input, '--format', 'json', '--output', output],
  },
  'ours-s3': {
    title: 'ours, S3',
    about: '`lambda-coverage report` of a bucket in the local S3, which runs in the process of the harness on the same cores',
    input: 's3',
    args: (input, output) => [CLI, 'report', input, '--format', 'json', '--output', output],
  },
  'c8': { title: 'c8', about: '`c8 report`, which reads all files and then merges', input: 'v8', args: c8() },
  'c8-merge-async': { title: 'c8 --merge-async', about: '`c8 report --merge-async`, which merges file by file', input: 'v8', args: c8('--merge-async') },
  'nyc': {
    title: 'nyc',
    about: 'each file converted by v8-to-istanbul, then `nyc report`; given 20 objects, from which the time for all is computed in proportion',
    input: 'v8',
    args: (input, output) => [path.join(__dirname, 'nyc-with-conversion.cjs'), PEERS_FOLDER, input, output],
    limit: 20,
  },
  'monocart': {
    title: 'monocart',
    about: '`addFromDir` and `generate` of monocart-coverage-reports',
    input: 'v8',
    args: (input, output) => [path.join(__dirname, 'monocart.cjs'), PEERS_FOLDER, input, output],
  },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof TOOLS;
