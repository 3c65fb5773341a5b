import type { Order, OrderLine } from './parse';
import { TAX_RATES } from './price';

const MAX_LINES = 50;
const MAX_QUANTITY = 500;

export function problemsOf(order: Order): string[] {
  const problems: string[] = [];
  if (!/^O-\d{4,}$/.test(order.id)) {
    problems.push('the id is not valid');
  }
  if (order.customer.length < 2 || order.customer.length > 80) {
    problems.push('the name of the customer is too short or too long');
  }
  if (!Object.hasOwn(TAX_RATES, order.country)) {
    problems.push(`there is no delivery to ${order.country || 'nowhere'}`);
  }
  if (Number.isNaN(order.placedAt.getTime())) {
    problems.push('the date is not valid');
  }
  if (order.lines.length === 0 || order.lines.length > MAX_LINES) {
    problems.push(`an order has 1 to ${MAX_LINES} lines`);
  }
  const seen = new Set<string>();
  for (const line of order.lines) {
    const problem = problemOfLine(line) ?? (seen.has(line.sku) ? `${line.sku} is there twice` : undefined);
    if (problem) {
      problems.push(problem);
    }
    seen.add(line.sku);
  }
  return problems;
}

function problemOfLine({ sku, quantity, unitPrice }: OrderLine): string | undefined {
  if (Number.isNaN(quantity)) {
    return `'${sku}' is not an order line`;
  }
  if (quantity < 1 || quantity > MAX_QUANTITY) {
    return `the quantity of ${sku} is not between 1 and ${MAX_QUANTITY}`;
  }
  return unitPrice > 0 ? undefined : `${sku} has no price`;
}
