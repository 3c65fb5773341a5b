import { KeptCoverage } from './kept-coverage';
import { checkpointPrefix } from '../../contract/object-keys';
import { usable, type WritableStore } from '../stores/store';

/** What has been merged of a bucket, so that the next run reads only what is new. */
export interface Checkpoint {
  readonly checkpoint: KeptCoverage;
  /** Why the one that there is cannot be used. */
  readonly problem?: string;
}

/** One that holds nothing, and replaces the one that there is when it is saved. */
export async function emptyCheckpoint(store: WritableStore): Promise<Checkpoint> {
  return { checkpoint: await KeptCoverage.replacing(store, checkpointPrefix(store.prefix)) };
}

/** An empty one where there is none, or none that can be used. */
export async function loadCheckpoint(store: WritableStore): Promise<Checkpoint> {
  return loaded(store, KeptCoverage.load(store, checkpointPrefix(store.prefix)));
}

/** The same with its keys only. */
export async function loadCheckpointKeys(store: WritableStore): Promise<Checkpoint> {
  return loaded(store, KeptCoverage.loadKeys(store, checkpointPrefix(store.prefix)));
}

async function loaded(store: WritableStore, kept: Promise<KeptCoverage | undefined>): Promise<Checkpoint> {
  const folder = checkpointPrefix(store.prefix);
  const { value, problem } = await usable(kept);
  return problem === undefined ? { checkpoint: value ?? KeptCoverage.empty(store, folder) } : {
    ...await emptyCheckpoint(store),
    problem: `the checkpoint ${folder}index.json cannot be used (${problem}), so all objects are read again`,
  };
}
