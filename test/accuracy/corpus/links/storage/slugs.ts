const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const MAX_TRIES = 5;

/** A short name that depends on the address only, unless it is taken. */
export function slugOf(url: string, isFree: (slug: string) => boolean): string {
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const slug = encode(hash(`${url}#${attempt}`));
    if (isFree(slug)) {
      return slug;
    }
  }
  throw new Error('no slug is free');
}

function hash(text: string): number {
  let value = 7;
  for (const character of text) {
    value = (value * 31 + character.codePointAt(0)!) % 0x7fffffff;
  }
  return value;
}

function encode(value: number): string {
  let rest = value;
  let text = '';
  do {
    text += ALPHABET[rest % ALPHABET.length];
    rest = Math.floor(rest / ALPHABET.length);
  } while (rest > 0);
  return text.padEnd(7, 'z');
}
