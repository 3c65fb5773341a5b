import { type CartLine } from '../pricing/cart.js';

export interface Warehouse {
  readonly name: string;
  readonly stock: Readonly<Record<string, number>>;
}

/** Nearest first. */
const WAREHOUSES: readonly Warehouse[] = [
  { name: 'Hamburg', stock: { 'mug-blue': 40, 'mug-white': 12, 'tea-assam': 200 } },
  { name: 'Rotterdam', stock: { 'mug-blue': 15, 'mug-white': 80, 'teapot': 6, 'tea-assam': 500, 'tea-sencha': 90, 'gift-card': 1000 } },
];

/** The nearest warehouse that can send everything in one parcel. */
export function findWarehouse(lines: readonly CartLine[]): Warehouse | undefined {
  nextWarehouse:
  for (const warehouse of WAREHOUSES) {
    for (const { sku, quantity } of lines) {
      if ((warehouse.stock[sku] ?? 0) < quantity) continue nextWarehouse;
    }
    return warehouse;
  }
  return undefined;
}
