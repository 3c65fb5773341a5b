import type { Deployment } from './deployment';
import type { SubjectName } from './subjects';
import type { VariantName } from './variants';
import type { LocalS3 } from '../test/s3/local-s3';

/** The major versions of Node.js that everything is measured on. */
export const NODE_VERSIONS = ['20', '22', '24'] as const;
export type NodeVersion = typeof NODE_VERSIONS[number];

/** Something that is measured, in every variant: one file in rows/. */
export interface Row {
  readonly name: string;
  readonly title: string;
  /** What exactly is measured, as a paragraph of docs/performance.md. */
  readonly about: string;
  readonly metrics: Readonly<Record<string, Metric>>;
  /** The others are compared with `plain`, which comes first where it is one of them. */
  readonly variants: readonly VariantName[];
  readonly subjects: readonly SubjectName[];
  /** How long S3 takes to answer, in milliseconds. */
  readonly s3DelayMs: number;
  /** In megabytes, with the share of a processor that Lambda gives it. @default - 512, and the whole of a processor */
  readonly memorySize?: number;
  readonly plan: Readonly<Record<Mode, Plan>>;
  /** Makes one variant ready. */
  prepare(setting: Setting): Promise<Probe>;
}

export type Mode = 'full' | 'quick';

/** How often: every round makes all variants ready anew, so that no process's luck decides. */
export interface Plan {
  readonly rounds: number;
  /** Samples of each variant in each round. */
  readonly repetitions: number;
  /** Samples before those, which are thrown away. */
  readonly warmUps: number;
}

/** One of the quantities that a sample has. */
export interface Metric {
  readonly title: string;
  readonly unit: 'ms' | 'MB' | 'KB' | '';
  /** How the table compares variants. @default ['difference'] */
  readonly compared?: ReadonlyArray<'difference' | 'ratio'>;
  readonly targets?: readonly Target[];
}

/** What a variant is to reach. It stands beside the number and fails nothing. */
export interface Target {
  /** Of the difference to another variant, the ratio to it, or the value itself. */
  readonly kind: 'difference' | 'ratio' | 'value';
  readonly max: number;
  /** @default 'ours' */
  readonly of?: VariantName;
  /** The other variant. @default 'plain' */
  readonly to?: VariantName;
  /** @default - all */
  readonly subjects?: readonly SubjectName[];
}

/** Where a variant is measured. */
export interface Setting {
  readonly variant: VariantName;
  readonly subject: SubjectName;
  readonly node: NodeVersion;
  /** As the row has it. */
  readonly memorySize?: number;
  readonly deployment: Deployment;
  /** Of the whole run, with `s3DelayMs`. */
  readonly s3: LocalS3;
}

/** One variant, made ready. */
export interface Probe {
  /** A number for each metric of the row. */
  sample(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}
