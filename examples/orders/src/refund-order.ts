import { sampleOrders, type OrderRepository } from './orders/order-repository.js';
import { OrderStatus, type Order } from './orders/order.js';
import { PaymentProvider } from './orders/payment-provider.js';
import { priceOf } from './pricing/cart.js';
import { Money } from './pricing/money.js';

export interface RefundOrderEvent {
  readonly orderId: string;
  readonly requestedAt: string;
  /** The articles that come back. @default - the whole order */
  readonly skus?: readonly string[];
}

export interface Refund {
  readonly orderId: string;
  readonly amount: Money;
  /** The provider's receipt, or accounting where the provider cannot do it. */
  readonly reference: string;
}

export class RefundNotAllowedError extends Error {
  override readonly name = 'RefundNotAllowedError';

  constructor(order: Order, reason: string) {
    super(`order ${order.id} cannot be refunded: ${reason}`);
  }
}

const REFUND_DAYS = 30;
const DAY = 24 * 60 * 60 * 1000;

const orders: OrderRepository = sampleOrders();
const provider = new PaymentProvider();

export const handler = async ({ orderId, requestedAt, skus }: RefundOrderEvent): Promise<Refund> => {
  let outcome = 'failed';
  try {
    const order = await orders.get(orderId);
    assertRefundable(order, new Date(requestedAt));
    const amount = skus ? await valueOf(order, skus) : order.total;
    const reference = await payBack(order, amount);
    await orders.save({ ...order, status: amount.units === order.total.units ? OrderStatus.Refunded : order.status });
    outcome = 'refunded';
    return { orderId, amount, reference };
  } catch (error) {
    if (error instanceof RefundNotAllowedError) {
      outcome = 'refused';
    }
    throw error;
  } finally {
    console.log(JSON.stringify({ metric: 'refund', orderId, outcome }));
  }
};

function assertRefundable(order: Order, at: Date): void {
  const days = (at.getTime() - new Date(order.placedAt).getTime()) / DAY;
  if (days > REFUND_DAYS) {
    throw new RefundNotAllowedError(order, `it was placed ${Math.floor(days)} days ago, and the limit is ${REFUND_DAYS}`);
  } else if (order.status !== OrderStatus.Delivered) {
    throw new RefundNotAllowedError(order, `it is ${order.status}`);
  }
}

async function valueOf(order: Order, skus: readonly string[]): Promise<Money> {
  const returned = order.lines.filter(line => skus.includes(line.sku));
  if (returned.length < skus.length) {
    throw new RefundNotAllowedError(order, 'it does not contain all of the articles');
  }
  return Money.sum(returned.map(priceOf)).atMost(order.total);
}

async function payBack({ payment }: Order, amount: Money): Promise<string> {
  try {
    return await provider.payBack(payment, amount);
  } catch (error) {
    console.warn(`left to accounting: ${error instanceof Error ? error.message : error}`);
    return 'accounting';
  }
}
