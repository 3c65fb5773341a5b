import { customers, GUEST } from './orders/customers.js';
import { InMemoryOrders, type OrderRepository } from './orders/order-repository.js';
import { OrderStatus, type Order, type Payment } from './orders/order.js';
import { findWarehouse } from './orders/warehouses.js';
import { isListed, priceCart, type CartLine } from './pricing/cart.js';
import { Money } from './pricing/money.js';

export type Delivery = 'standard' | 'express' | 'pickup';

export interface CreateOrderEvent {
  readonly orderId?: string;
  readonly customerId?: string;
  readonly lines?: readonly CartLine[];
  readonly payment?: Payment;
  readonly delivery?: Delivery;
  readonly voucher?: string;
}

export type CreateOrderAnswer =
  | { readonly status: 'rejected'; readonly problems: readonly string[] }
  | {
    readonly status: OrderStatus;
    readonly orderId: string;
    readonly warehouse: string;
    readonly discount: Money;
    readonly shipping: Money;
    readonly total: Money;
  };

const FREE_SHIPPING_FROM = new Money(60_00);

const orders: OrderRepository = new InMemoryOrders();

export const handler = async (event: CreateOrderEvent): Promise<CreateOrderAnswer> => {
  const { lines = [], payment, delivery = 'standard' } = event;
  const problems = [...problemsOfLines(lines), ...problemsOfPayment(payment)];
  if (!payment || problems.length > 0) {
    return { status: 'rejected', problems };
  }
  const warehouse = findWarehouse(lines);
  if (!warehouse) {
    return { status: 'rejected', problems: ['no warehouse has all of it in stock'] };
  }

  const customer = event.customerId ? await customers.find(event.customerId) : GUEST;
  const { subtotal, discount, total } = priceCart(lines, event.voucher, customer);
  const shipping = customer.premium ? new Money(0) : shippingCost(subtotal, delivery);
  const order: Order = {
    id: event.orderId ?? await orders.nextId(),
    placedAt: new Date().toISOString(),
    lines,
    payment,
    total: total.plus(shipping),
    status: OrderStatus.Placed,
  };
  await orders.save(order);
  return { status: order.status, orderId: order.id, warehouse: warehouse.name, discount, shipping, total: order.total };
};

function* problemsOfLines(lines: readonly CartLine[]): Generator<string> {
  if (lines.length === 0) yield 'an order has at least one line';
  for (const { sku, quantity } of lines) {
    if (!isListed(sku)) {
      yield `there is no article ${sku}`;
      continue;
    }
    if (!Number.isInteger(quantity) || quantity < 1) {
      yield `the quantity of ${sku} is a whole number from 1, got ${quantity}`;
    }
  }
}

function* problemsOfPayment(payment?: Payment): Generator<string> {
  switch (payment?.kind) {
    case 'card':
      if (!payment.token?.startsWith('tok_')) yield 'the token of the card is not valid';
      break;
    case 'invoice':
      if (!/^[A-Z]{2}\w{8,12}$/.test(payment.vatId)) yield 'the VAT id for the invoice is not valid';
      break;
    case 'gift-card':
      if (!/^GC(-\d+)+$/.test(payment.code)) yield 'the code of the gift card is not valid';
      break;
    case undefined:
      yield 'an order has a payment';
      break;
    default:
      yield 'payment is by card, invoice or gift card';
  }
}

function shippingCost(subtotal: Money, delivery: Delivery): Money {
  switch (delivery) {
    case 'pickup':
      return new Money(0);
    case 'express':
      return new Money(12_80);
    default:
      return new Money(subtotal.units < FREE_SHIPPING_FROM.units ? 4_90 : 0);
  }
}
