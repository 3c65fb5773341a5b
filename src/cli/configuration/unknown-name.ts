import { closest, distance } from 'fastest-levenshtein';

/** `is none of a, b, c; did you mean 'b'?`, of a name that is not known. */
export function unknownName(name: string, known: readonly string[]): string {
  const nearest = closest(name, known);
  const isNear = distance(name.toLowerCase(), nearest.toLowerCase()) <= Math.max(1, Math.floor(nearest.length * 0.4));
  return `is none of ${known.join(', ')}${isNear ? `; did you mean '${nearest}'?` : ''}`;
}
