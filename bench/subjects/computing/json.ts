/** A transformer of JSON: camel case for snake case, dates and empty values seen to, grouped and summed. */
import { measured } from './work';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

function camelCase(key: string): string {
  let result = '';
  let upper = false;
  for (const character of key) {
    if (character === '_') {
      upper = result !== '';
    } else {
      result += upper ? character.toUpperCase() : character;
      upper = false;
    }
  }
  return result;
}

function transformed(value: Json, key = ''): Json {
  if (Array.isArray(value)) {
    return value.map((item) => transformed(item)).filter((item) => item !== null);
  }
  if (value !== null && typeof value === 'object') {
    const result: Record<string, Json> = {};
    for (const [name, item] of Object.entries(value)) {
      const camel = camelCase(name);
      const inner = transformed(item, camel);
      if (inner !== null || camel.endsWith('Id')) {
        result[camel] = inner;
      }
    }
    return Object.keys(result).length === 0 ? null : result;
  }
  if (typeof value === 'string') {
    const text = value.trim();
    return text === '' ? null : key.endsWith('At') ? Date.parse(text) || text : text;
  }
  return typeof value === 'number' && !Number.isInteger(value) ? Math.round(value * 100) / 100 : value;
}

function totals(rows: ReadonlyArray<{ customerId?: string; items?: ReadonlyArray<{ price?: number; quantity?: number }> }>): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { customerId = 'unknown', items = [] } of rows) {
    const sum = items.reduce((total, { price = 0, quantity = 1 }) => total + price * quantity, 0);
    sums.set(customerId, (sums.get(customerId) ?? 0) + sum);
  }
  return sums;
}

function documentOf(size: number): string {
  return JSON.stringify(Array.from({ length: size }, (_, index) => ({
    order_id: `O-${index}`,
    customer_id: index % 7 === 0 ? undefined : `C-${index % 50}`,
    placed_at: index % 5 === 0 ? '' : `2026-03-${10 + (index % 20)}T10:00:00Z`,
    shipping_address: { street_name: ` Main ${index} `, zip_code: String(10_000 + index), additional_line: '' },
    items: Array.from({ length: index % 6 }, (_item, at) => ({ sku_code: `S-${at}`, unit_price: null, price: at * 1.337 + index / 3, quantity: at % 3 || undefined })),
  })));
}

export const handler = measured(documentOf, (text) => {
  const rows = transformed(JSON.parse(text) as Json) as Parameters<typeof totals>[0];
  return JSON.stringify([...totals(rows), rows]).length;
});
