export enum Intent { Unknown, Greeting, OrderStatus, Refund, Human, Thanks }

const PATTERNS: ReadonlyArray<readonly [RegExp, Intent]> = [
  [/\b(human|person|agent)\b/i, Intent.Human],
  [/\brefund|money back\b/i, Intent.Refund],
  [/\b(where|status|track)/i, Intent.OrderStatus],
  [/\b(hello|hi)\b/i, Intent.Greeting],
  [/\bthank/i, Intent.Thanks],
];

export function classify(text: string): Intent {
  const trimmed = text.trim();
  if (trimmed.length === 0 || trimmed.length > 200) {
    return Intent.Unknown;
  }
  let found = Intent.Unknown;
  let score = 0;
  for (const [pattern, intent] of PATTERNS) {
    const match = trimmed.match(pattern);
    if (match === null) {
      continue;
    }
    const weight = match[0].length + (match.index === 0 ? 2 : 0);
    if (weight > score) {
      [found, score] = [intent, weight];
    }
  }
  return found;
}

export function isQuestion(text: string): boolean {
  return text.endsWith('?') || /^(who|what|when|where|why|how)\b/i.test(text);
}
