/** A part of the picture, from 0 to 1 of it in both directions. */
export interface Tile<T> {
  readonly item: T;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Squarified treemap (Bruls, Huizing and van Wijk, 2000): tiles whose areas are in proportion to the weights, near to squares.
 *
 * @param weightOf greater than 0
 */
export function squarified<T>(items: readonly T[], weightOf: (item: T) => number, width: number, height: number): Array<Tile<T>> {
  const sorted = [...items].sort((a, b) => weightOf(b) - weightOf(a));
  const total = sorted.reduce((sum, item) => sum + weightOf(item), 0);
  const scale = total === 0 ? 0 : (width * height) / total;
  const tiles: Array<Tile<T>> = [];
  let [x, y, w, h] = [0, 0, width, height];
  for (let from = 0; from < sorted.length;) {
    const side = Math.min(w, h);
    let to = from + 1;
    let sum = weightOf(sorted[from]!) * scale;
    let worst = worstRatio(side, sum, weightOf(sorted[from]!) * scale, weightOf(sorted[from]!) * scale);
    for (; to < sorted.length; to++) {
      const next = weightOf(sorted[to]!) * scale;
      const ratio = worstRatio(side, sum + next, weightOf(sorted[from]!) * scale, next);
      if (ratio > worst) {
        break;
      }
      sum += next;
      worst = ratio;
    }
    const thickness = side === 0 ? 0 : sum / side;
    let along = 0;
    for (const item of sorted.slice(from, to)) {
      const length = thickness === 0 ? 0 : (weightOf(item) * scale) / thickness;
      tiles.push(w >= h ? { item, x, y: y + along, width: thickness, height: length } : { item, x: x + along, y, width: length, height: thickness });
      along += length;
    }
    [x, y, w, h] = w >= h ? [x + thickness, y, w - thickness, h] : [x, y + thickness, w, h - thickness];
    from = to;
  }
  return tiles;
}

function worstRatio(side: number, sum: number, largest: number, smallest: number): number {
  return Math.max((side * side * largest) / (sum * sum), (sum * sum) / (side * side * smallest));
}
