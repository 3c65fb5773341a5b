import type { Collection } from './collection';

/** What every copy of the wrapper in a process, in the layer or in a bundle, may ask of the collection that runs in it. */
export type ProcessCollection = Pick<Collection, 'settings' | 'isTracking' | 'around' | 'beginBlock' | 'endBlock'>;

/** Under a name that every copy knows; not enumerable, since users list their globals. */
const COLLECTION = Symbol.for('cdk-lambda-coverage.collection');

/** @returns nothing where none was started */
export function processCollection(): ProcessCollection | undefined {
  return (globalThis as { [COLLECTION]?: ProcessCollection })[COLLECTION];
}

export function shareCollection(collection: ProcessCollection): void {
  Object.defineProperty(globalThis, COLLECTION, { value: collection, configurable: true });
}
