import { sampleOrders } from './orders/order-repository.js';
import { OrderStatus, type Order } from './orders/order.js';
import { Money } from './pricing/money.js';

export interface ArchiveOrdersEvent {
  readonly time: string;
}

const KEEP_DAYS = 90;
const BATCH = 25;

const orders = sampleOrders();

/** Archives what is old and settled, a batch a month. */
export const handler = async ({ time }: ArchiveOrdersEvent): Promise<{ archived: number; volume: Money }> => {
  const before = new Date(time);
  before.setUTCDate(before.getUTCDate() - KEEP_DAYS);

  const archived: Order[] = [];
  for await (const order of orders.all()) {
    if (!isSettled(order) || new Date(order.placedAt) >= before) continue;
    archived.push(order);
    if (archived.length === BATCH) break;
  }
  for (const order of archived) {
    await orders.save({ ...order, status: OrderStatus.Archived });
  }
  return { archived: archived.length, volume: Money.sum(archived.map(order => order.total)) };
};

function isSettled({ status }: Order): boolean {
  return status === OrderStatus.Delivered || status === OrderStatus.Refunded;
}
