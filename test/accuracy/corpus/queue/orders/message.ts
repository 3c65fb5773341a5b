export interface Line {
  readonly sku: string;
  readonly quantity: number;
}

export type Message =
  | { readonly kind: 'order'; readonly customer: string; readonly lines: readonly Line[] }
  | { readonly kind: 'cancel'; readonly lines: readonly Line[]; readonly reason?: string }
  | { readonly kind: 'restock'; readonly lines: readonly Line[] };

/** @throws SyntaxError if it is not JSON, TypeError if it is not a message */
export function parseMessage(body: string): Message {
  const value = JSON.parse(body) as Partial<Message> & { lines?: unknown };
  const lines = parseLines(value.lines);
  if (value.kind === 'order') {
    const { customer } = value as { customer?: string };
    if (!customer?.trim()) throw new TypeError('an order without a customer');
    return { kind: 'order', customer: customer.trim(), lines };
  }
  if (value.kind === 'cancel' || value.kind === 'restock') {
    return { ...value, kind: value.kind, lines };
  }
  throw new TypeError(`kind '${String(value.kind)}' is unknown`);
}

function parseLines(lines: unknown): Line[] {
  if (!Array.isArray(lines) || lines.length === 0) {
    throw new TypeError('lines are missing');
  }
  const bySku = new Map<string, number>();
  for (const line of lines as Array<string | Partial<Line>>) {
    const { sku, quantity } = typeof line === 'string' ? shorthand(line) : line;
    if (!sku || !Number.isInteger(quantity) || quantity! < 1) {
      throw new TypeError(`line ${JSON.stringify(line)} is not valid`);
    }
    bySku.set(sku, (bySku.get(sku) ?? 0) + quantity!);
  }
  return [...bySku].map(([sku, quantity]) => ({ sku, quantity }));
}

/** `3 apple`, or `apple` for one. */
function shorthand(line: string): Partial<Line> {
  const match = /^(?:(?<quantity>\d+)\s+)?(?<sku>[a-z-]+)$/.exec(line);
  if (match === null) return {};
  const { quantity, sku } = match.groups!;
  return { sku: sku!, quantity: quantity === undefined ? 1 : Number(quantity) };
}
