import type { OrdersEvent } from './handler';

const COUNTRIES = ['de', 'AT', 'fr', 'GB', 'us', 'CH', 'XX'];
const CUSTOMERS = ['Ada Lovelace', '"Hopper; Grace"', 'Alan Turing (staff)', 'B', 'Test 7', '"Edsger ""E.W."" Dijkstra"'];

/** A batch of that many orders, always the same; some are refused, for one reason or another, and some left out. */
export function ordersEvent(count: number): OrdersEvent {
  const orders = Array.from({ length: count }, (_, index) => {
    const mixed = (index * 7919) % 1000;
    const lines = Array.from({ length: 1 + (mixed % 6) }, (_line, at) =>
      `sku-${(mixed + at * 17) % 400}*${1 + ((mixed * (at + 3)) % 120)}@${(1 + (mixed % 90)) + (at / 4)}`);
    return [
      `O-${10_000 + index}`,
      CUSTOMERS[mixed % CUSTOMERS.length],
      COUNTRIES[mixed % COUNTRIES.length],
      `2026-0${1 + (mixed % 9)}-1${mixed % 10}T08:${10 + (mixed % 50)}:00Z`,
      mixed % 4 === 0 ? 'yes' : 'no',
      lines.join(','),
    ].join(';');
  });
  return { csv: ['# id;customer;country;placed;express;lines', ...orders, ''].join('\n'), ignore: ['Test *'] };
}
