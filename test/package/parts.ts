import { zippedSize, type PackedFile } from './packed-package';

/** What is loaded or deployed on its own, as the folders below `assets/` that it is in. */
export const PARTS = {
  'layer': 'layer/',
  'Python layer': 'python-layer/',
  'wrapper': 'wrapper/',
  'combiner': 'combiner/',
  'instrumenter': 'instrumenter/',
  'command line': 'cli/',
} as const;
export type Part = keyof typeof PARTS;

/** What layers may have at most, in kilobytes. */
export const BUDGETS_KB: Partial<Record<Part, number>> = { 'layer': 100, 'Python layer': 3.5 * 1024 };

/** Bytes of each as a zip archive. */
export function zippedParts(assets: readonly PackedFile[]): Record<Part, number> {
  const size = (folder: string) => zippedSize(assets.filter((file) => file.path.startsWith(folder)));
  return Object.fromEntries(Object.entries(PARTS).map(([part, folder]) => [part, size(folder)])) as Record<Part, number>;
}
