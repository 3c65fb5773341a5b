/** A consumer of an order queue: batches with partial failures, idempotency, retries, a dead letter list. */
import { Ledger } from './orders/ledger';
import { parseMessage, type Message } from './orders/message';
import { Warehouse, OutOfStock } from './orders/warehouse';

interface Record_ {
  readonly messageId: string;
  readonly body: string;
  readonly attributes?: { readonly ApproximateReceiveCount?: string };
}

const MAX_RECEIVES = 3;
const ledger = new Ledger();
const warehouse = new Warehouse({ 'apple': 5, 'pear': 1, 'plum-tree': 0 });
const deadLetters: string[] = [];

export async function handler(event: { readonly Records?: readonly Record_[] }): Promise<object> {
  const records = event.Records ?? [];
  const results = await Promise.allSettled(records.map(async (record) => consume(record)));
  const failures = results.flatMap((result, index) => {
    if (result.status === 'fulfilled') return [];
    const { messageId, attributes } = records[index]!;
    const receives = Number(attributes?.ApproximateReceiveCount ?? 1);
    if (receives >= MAX_RECEIVES || isHopeless(result.reason)) {
      deadLetters.push(`${messageId}: ${(result.reason as Error).message}`);
      return [];
    }
    return [{ itemIdentifier: messageId }];
  });
  return { batchItemFailures: failures, deadLetters, totals: ledger.totals(), stock: warehouse.stock() };
}

async function consume({ messageId, body }: Record_): Promise<void> {
  const message = parseMessage(body);
  if (!ledger.begin(messageId)) {
    return;
  }
  try {
    await apply(message);
  } catch (error) {
    ledger.rollBack(messageId);
    throw error;
  }
  ledger.commit(messageId, message);
}

async function apply(message: Message): Promise<void> {
  switch (message.kind) {
    case 'order': {
      const taken: Array<[string, number]> = [];
      try {
        for (const { sku, quantity } of message.lines) {
          warehouse.take(sku, quantity);
          taken.push([sku, quantity]);
        }
      } catch (error) {
        taken.reverse().forEach(([sku, quantity]) => warehouse.put(sku, quantity));
        throw error;
      }
      break;
    }
    case 'cancel':
      for (const { sku, quantity } of message.lines) warehouse.put(sku, quantity);
      break;
    case 'restock':
      await Promise.all(message.lines.map(async ({ sku, quantity }) => {
        await null;
        warehouse.put(sku, quantity);
      }));
  }
}

function isHopeless(reason: unknown): boolean {
  return reason instanceof SyntaxError || (reason instanceof OutOfStock && reason.available < 0);
}
