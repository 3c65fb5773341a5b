/**
 * A realistic function: takes a batch of orders as CSV, parses, validates, prices and sorts it, and archives it in S3 where
 * the event asks for that. The client of S3 is bundled and made during init, as in most functions; it is never called here.
 */
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import picomatch from 'picomatch';
import { parseOrders } from './parse';
import { priceOrder, type PricedOrder } from './price';
import { byUrgency, summarize, type Summary } from './sort';
import { problemsOf } from './validate';

export interface OrdersEvent {
  readonly csv: string;
  /** Orders of these customers are left out, as globs. */
  readonly ignore?: readonly string[];
  readonly archive?: { readonly bucket: string; readonly key: string };
}

export interface OrdersAnswer extends Summary {
  readonly accepted: number;
  readonly rejected: readonly string[];
  /** How long the work took, in milliseconds. */
  readonly workMs: number;
}

const s3 = new S3Client({ region: process.env.AWS_REGION });

export async function handler(event: OrdersEvent): Promise<OrdersAnswer> {
  const start = performance.now();
  const ignored = picomatch([...event.ignore ?? []]);
  const rejected: string[] = [];
  const priced: PricedOrder[] = [];
  for (const order of parseOrders(event.csv)) {
    if (ignored(order.customer)) {
      continue;
    }
    const problems = problemsOf(order);
    if (problems.length > 0) {
      rejected.push(`${order.id}: ${problems.join(', ')}`);
    } else {
      priced.push(priceOrder(order));
    }
  }
  priced.sort(byUrgency);
  const workMs = performance.now() - start;
  if (event.archive) {
    await s3.send(new PutObjectCommand({ Bucket: event.archive.bucket, Key: event.archive.key, Body: JSON.stringify(priced) }));
  }
  return { accepted: priced.length, rejected: rejected.slice(0, 5), workMs, ...summarize(priced) };
}
