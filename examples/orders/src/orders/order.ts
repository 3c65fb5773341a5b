import { type CartLine } from '../pricing/cart.js';
import { type Money } from '../pricing/money.js';

export enum OrderStatus {
  Placed = 'placed',
  Delivered = 'delivered',
  Refunded = 'refunded',
  Archived = 'archived',
}

export type Payment =
  | { readonly kind: 'card'; readonly token: string }
  | { readonly kind: 'invoice'; readonly vatId: string }
  | { readonly kind: 'gift-card'; readonly code: string };

export interface Order {
  readonly id: string;
  readonly placedAt: string;
  readonly lines: readonly CartLine[];
  readonly payment: Payment;
  readonly total: Money;
  readonly status: OrderStatus;
}

export class OrderNotFoundError extends Error {
  override readonly name = 'OrderNotFoundError';

  constructor(readonly orderId: string) {
    super(`there is no order ${orderId}`);
  }
}
