import { OrderNotFoundError, OrderStatus, type Order } from './order.js';
import { Money } from '../pricing/money.js';

export interface OrderRepository {
  nextId(): Promise<string>;
  /** @throws OrderNotFoundError */
  get(id: string): Promise<Order>;
  save(order: Order): Promise<void>;
  all(): AsyncIterable<Order>;
}

/** Lives as long as its execution environment, which is long enough for an example. */
export class InMemoryOrders implements OrderRepository {
  readonly #orders = new Map<string, Order>();
  #lastNumber = 1000;

  constructor(orders: Iterable<Order> = []) {
    for (const order of orders) {
      this.#orders.set(order.id, order);
      this.#lastNumber++;
    }
  }

  async nextId(): Promise<string> {
    return `O-${++this.#lastNumber}`;
  }

  async get(id: string): Promise<Order> {
    const order = this.#orders.get(id);
    if (!order) throw new OrderNotFoundError(id);
    return order;
  }

  async save(order: Order): Promise<void> {
    this.#orders.set(order.id, order);
  }

  async* all(): AsyncGenerator<Order> {
    yield* this.#orders.values();
  }
}

export function sampleOrders(): InMemoryOrders {
  return new InMemoryOrders([
    {
      id: 'O-1001',
      placedAt: '2026-03-02T09:30:00Z',
      lines: [{ sku: 'teapot', quantity: 1 }, { sku: 'tea-assam', quantity: 2 }],
      payment: { kind: 'card', token: 'tok_9f3a' },
      total: new Money(67_40),
      status: OrderStatus.Delivered,
    },
    {
      id: 'O-1002',
      placedAt: '2026-03-05T17:05:00Z',
      lines: [{ sku: 'mug-white', quantity: 12 }, { sku: 'tea-sencha', quantity: 1 }],
      payment: { kind: 'invoice', vatId: 'DE136695976' },
      total: new Money(139_60),
      status: OrderStatus.Delivered,
    },
    {
      id: 'O-1003',
      placedAt: '2026-01-11T12:00:00Z',
      lines: [{ sku: 'gift-card', quantity: 1 }],
      payment: { kind: 'gift-card', code: 'GC-77-1204' },
      total: new Money(25_00),
      status: OrderStatus.Delivered,
    },
  ]);
}
