export interface OrderLine {
  readonly sku: string;
  readonly quantity: number;
  /** In cents. */
  readonly unitPrice: number;
}

export interface Order {
  readonly id: string;
  readonly customer: string;
  readonly country: string;
  readonly placedAt: Date;
  readonly express: boolean;
  readonly lines: readonly OrderLine[];
}

/** One order a line: `id;customer;country;date;express;sku*quantity@price,…`. Fields may be quoted; comments are skipped. */
export function* parseOrders(csv: string): Generator<Order> {
  for (const line of csv.split('\n')) {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) {
      continue;
    }
    const [id = '', customer = '', country = '', placedAt = '', express = '', lines = ''] = fieldsOf(text);
    yield {
      id,
      customer,
      country: country.toUpperCase(),
      placedAt: new Date(placedAt),
      express: express === 'yes' || express === 'true',
      lines: lines === '' ? [] : lines.split(',').map(parseLine),
    };
  }
}

/** The fields of a line, character by character, because a quoted one may hold a semicolon or a doubled quote. */
function fieldsOf(line: string): string[] {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!;
    if (quoted) {
      if (character !== '"') {
        field += character;
      } else if (line[at + 1] === '"') {
        field += '"';
        at++;
      } else {
        quoted = false;
      }
    } else if (character === '"') {
      quoted = true;
    } else if (character === ';') {
      fields.push(field);
      field = '';
    } else {
      field += character;
    }
  }
  fields.push(field);
  return fields;
}

function parseLine(text: string): OrderLine {
  const match = /^([\w-]+)\*(\d+)@(\d+(?:\.\d{1,2})?)$/.exec(text.trim());
  if (!match) {
    return { sku: text, quantity: Number.NaN, unitPrice: Number.NaN };
  }
  return { sku: match[1]!, quantity: Number(match[2]), unitPrice: Math.round(Number(match[3]) * 100) };
}
