const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** `<name>children</name>`, where the children already are XML. */
export function element(name: string, ...children: string[]): string {
  return `<${name}>${children.join('')}</${name}>`;
}

/** `<name>value</name>`, with the value escaped. */
export function text(name: string, value: string | number | boolean): string {
  return element(name, escape(String(value)));
}

/** A whole document in S3's namespace. */
export function document(name: string, ...children: string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${children.join('')}</${name}>`;
}

/**
 * The content of every element of that name, in order. Enough for the two documents that clients send to S3 (`Delete`,
 * `CreateBucketConfiguration`): no attributes matter in them, no element contains another of its name, and no client writes CDATA.
 */
export function contents(xml: string, name: string): string[] {
  return Array.from(xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, 'g')), (match) => match[1]);
}

/** The same as {@link contents}, for elements that hold text. */
export function texts(xml: string, name: string): string[] {
  return contents(xml, name).map(unescape);
}

/** A carriage return written as such would be read as a line feed, by every XML parser. */
function escape(value: string): string {
  return value
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/\r/g, '&#13;');
}

function unescape(value: string): string {
  return value.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (entity, hex?: string, decimal?: string, name?: string) => {
    if (hex) {
      return String.fromCodePoint(parseInt(hex, 16));
    }
    return decimal ? String.fromCodePoint(Number(decimal)) : ENTITIES[name!] ?? entity;
  });
}
