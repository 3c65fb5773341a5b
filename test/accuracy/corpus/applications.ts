import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from '../program';

/** A Lambda application of the corpus, and what it gets: each sequence of events in a process of its own. */
interface Application {
  readonly name: string;
  readonly language: 'js' | 'ts';
  readonly sequences: Readonly<Record<string, readonly unknown[]>>;
}

const record = (messageId: string, body: unknown, receives?: number) => ({
  messageId, body: typeof body === 'string' ? body : JSON.stringify(body), ...(receives && { attributes: { ApproximateReceiveCount: String(receives) } }),
});

const POST = `---
title: "A & B"
tags: [news, 'tech', 7]
# a comment
draft: false
links:
  - one
  - two
---
# Title *here*

Some **bold** \`code\` and [a link](/about) and https://example.com/x?y=1 too.

- one
- two [](javascript:x)

> quoted

\`\`\`js
a < b
\`\`\`
---
`;

/** Written for this purpose, in the shapes that Lambda applications have. Whatever is changed here changes the numbers in docs/accuracy.md. */
const WRITTEN: readonly Application[] = [
  {
    name: 'links',
    language: 'ts',
    sequences: {
      'first use': [
        { path: '/health' },
        { method: 'POST', path: '/links', body: { url: 'https://example.com/a' } },
        { method: 'POST', path: '/links', body: { url: 'https://example.com/b', slug: 'bee' } },
        { path: '/links/bee' },
        { path: '/links/bee/stats' },
        { path: '/links', query: {} },
      ],
      'errors': [
        { method: 'POST', path: '/links', body: 'text' },
        { method: 'POST', path: '/links', body: { url: 'ftp://x', slug: 'NO', ttl: -1 } },
        { method: 'POST', path: '/links', body: { slug: 7 } },
        { path: '/links/none' },
        { path: '/nothing/at/all%' },
        { method: 'PUT', path: '/links' },
        { method: 'OPTIONS', path: '/links' },
        { path: '/links', query: { order: 'size' } },
        { method: 'DELETE', path: '/links/none' },
        { method: 'DELETE', path: '/links/none', headers: { authorization: 'Bearer x' } },
      ],
      'a long day': [
        ...['one', 'two', 'three', 'four', 'five'].map((slug) => ({ method: 'POST', path: '/links', body: { url: `https://example.com/${slug}`, slug, ttl: 60 } })),
        { method: 'POST', path: '/links', body: { url: 'https://example.com/one', slug: 'two' } },
        { path: '/links/two' }, { path: '/links/two' }, { path: '/links/three' },
        { path: '/links', query: { order: 'clicks', limit: '2', prefix: 't' } },
        { method: 'DELETE', path: '/links/two', headers: { authorization: 'Bearer admin' } },
        { method: 'DELETE', path: '/links/two', headers: { authorization: 'Bearer admin' } },
        { path: '/health', now: 100_000 },
      ],
      'nothing': [],
    },
  },
  {
    name: 'queue',
    language: 'ts',
    sequences: {
      'orders': [
        { Records: [record('1', { kind: 'order', customer: ' Ann ', lines: ['2 apple', { sku: 'pear', quantity: 1 }] })] },
        { Records: [record('2', { kind: 'order', customer: 'Bob', lines: ['apple', 'apple', 'pear'] }), record('1', { kind: 'order', customer: 'Ann', lines: ['apple'] })] },
        {},
      ],
      'trouble': [
        { Records: [record('1', '{'), record('2', { kind: 'gift', lines: ['apple'] }), record('3', { kind: 'order', lines: ['apple'] })] },
        { Records: [record('4', { kind: 'order', customer: 'Cy', lines: [] }), record('5', { kind: 'order', customer: 'Cy', lines: ['0 apple', '?!'] })] },
        { Records: [record('6', { kind: 'order', customer: 'Cy', lines: ['apple', 'kiwi'] }, 2), record('7', { kind: 'order', customer: 'Cy', lines: ['plum-tree'] }, 3)] },
      ],
      'restock and cancel': [
        { Records: [record('1', { kind: 'restock', lines: ['20 apple', '3 kiwi'] })] },
        { Records: [record('2', { kind: 'cancel', lines: ['pear'], reason: 'late' }), record('3', { kind: 'order', customer: 'Di', lines: ['12 apple'] })] },
      ],
    },
  },
  {
    name: 'feed',
    language: 'js',
    sequences: {
      'one post': [{ posts: [{ key: 'posts/2026-01-31-first.md', content: POST }] }],
      'all formats': [
        { posts: [{ key: 'posts/2026-01-31-first.md', content: POST }, { key: 'posts/about.md', content: 'Plain *text* only\nin two lines' }, { key: 'x.png' }], format: 'json' },
        { posts: [{ key: 'posts/2026-01-31-first.md', content: POST }, { key: 'posts/2026-02-01-b.md', content: '---\ntitle: ~\ndate: 2026-03-01\n---\nB' }], format: 'sitemap' },
        { posts: [{ key: 'posts/a.md', content: 'A' }, { key: 'posts/b.md', content: 'B' }, { key: 'posts/2026-01-01-c.md', content: 'C' }], format: 'rss', limit: 3 },
      ],
      'tags and mistakes': [
        { posts: [{ key: 'posts/a.md', content: POST, draft: true }, { key: 'posts/b.md', content: '---\ntags: x\n---\n***\n####### no heading\n# !' }], tag: 'x' },
        { posts: [{ key: 'posts/a.md', content: '---\nno key\n---' }] },
        { posts: [{ key: 'posts/a.md', content: '---\nkey: 1.5' }] },
        { posts: [], format: 'pdf' },
        {},
      ],
    },
  },
  {
    name: 'billing',
    language: 'ts',
    sequences: {
      'a month': [{
        month: '2026-02',
        accounts: [
          { id: 'a', plan: 'metered', coupons: ['SAVE5', 'SAVE60', 'OTHER'], since: '2020-01-15' },
          { id: 'b', plan: 'flat', since: '2026-02-15', country: 'FR' },
          { id: 'c', plan: 'free', country: 'LU', vatId: 'LU123' },
        ],
        usage: [
          { items: [{ account: 'a', meter: 'requests', units: 12_345 }, { account: 'a', meter: 'storage', units: 4_000, weight: 2 }] },
          { items: [{ account: 'a', meter: 'requests', units: 1 }, { account: 'c', meter: 'requests', units: 0 }], fails: 1 },
        ],
      }],
      'errors': [
        { month: '2026-13', accounts: [], usage: [] },
        { month: '2026-04', accounts: [{ id: 'a', plan: 'metered' }, { id: 'b', plan: 'flat' }], usage: [{ items: [{ account: 'a', meter: 'lemons', units: 1 }], last: true }, { items: [] }], failOn: 'b' },
        { month: '2024-02', accounts: [], usage: [{ items: [], fails: 9 }] },
        { month: '2026-12', accounts: ['a', 'b', 'c', 'd'].map((id) => ({ id, plan: 'metered' })), usage: [{ items: ['a', 'b', 'c', 'd'].map((account) => ({ account, meter: 'x', units: 1 })) }] },
      ],
      'small customers': [
        { month: '2026-06', accounts: [{ id: 'a', plan: 'metered', vatId: 'DE1', since: '2023-01-01' }, { id: 'b', plan: 'flat', since: '2027-01-01' }, { id: 'c', plan: 'flat', since: '2025-01-01', country: 'US' }], usage: [{ items: [{ account: 'a', meter: 'requests', units: 500 }] }] },
        { month: '1900-02', accounts: [{ id: 'd', plan: 'flat' }], usage: [] },
      ],
    },
  },
  {
    name: 'support',
    language: 'ts',
    sequences: {
      'an order': [
        { user: 'ann', text: 'Hello' },
        { user: 'ann', text: 'Where is my order?' },
        { user: 'ann', text: 'AB1234' },
        { user: 'ann', text: 'thank you' },
        { user: 'ann', close: true },
        { user: 'ann', text: 'hi again' },
      ],
      'refunds': [
        { user: 'bob', text: 'I want a refund for CD5678' },
        { user: 'bob', text: 'and you?' },
        { user: 'cy', text: 'refund EF9012' },
        { user: 'di', text: 'refund AB1234' },
        { user: 'ed', text: 'status of ZZ9999' },
        {},
      ],
      'slow and unclear': [
        { user: 'ann', text: 'where is AB1234', slowMs: 600_000 },
        { user: 'bob', text: '' },
        { user: 'bob', text: 'why' },
        { user: 'cy', text: 'a human please' }, { user: 'cy', text: 'x' }, { user: 'cy', text: 'y' }, { user: 'cy', text: 'z' }, { user: 'cy', text: 'thanks' },
      ],
    },
  },
  {
    name: 'formulas',
    language: 'js',
    sequences: {
      'a budget': [
        { cells: { A1: 10, A2: 20.5, A3: '=A1+A2*2', B1: '=SUM(A1:A3)', B2: '=IF(B1>50, "much", "little")', B3: '=ROUND(B1/3, 1)' } },
        { cells: { A1: 10, B1: '=A1%+(-2)^2', B2: '=AVERAGE(A1:B1)&" each"' }, wanted: ['B2'] },
        {},
      ],
      'errors': [
        { cells: { A1: '=A2', A2: '=A1', A3: '=1/0', A4: '=IFERROR(A3, "none")', A5: '=IFERROR(A1, 1)', A6: '="x"+1' } },
        { cells: { A1: '=1+', A2: '=NO(1)', A3: '="open', A4: '=1 2', A5: '=A1:', A6: '=(1', A7: '=SUM 1', A8: '=1 ~ 2', A9: '=AVERAGE()' } },
      ],
      'functions and comparisons': [
        { cells: { A1: '=MIN(3,1,2)', A2: '=MAX(3,TRUE)', A3: '=COUNT(1,"a",2)', A4: '=LEN("abc")', A5: '=CONCAT("a",1)', A6: '=AND(1,0)', A7: '=OR(0,1)', A8: '=ROUND("2.6")' } },
        { cells: { B1: '=1=1', B2: '=1<>1', B3: '=1<2', B4: '=1>2', B5: '=1<=2', B6: '=1>=2', B7: '=IF(FALSE, 1)', B8: '=+2-1*3' } },
      ],
    },
  },
];

export const APPLICATIONS: readonly string[] = WRITTEN.map(({ name }) => name);

export const CORPUS_BUILDS: readonly string[] = [
  'CommonJS', 'ES module, minified', 'CommonJS, minified, names kept', 'CommonJS, inline map, for Node.js 20', 'CommonJS for ES2018',
];

/** Each application with each of its sequences. */
export const CORPUS: readonly Program[] = WRITTEN.flatMap(({ name, language, sequences }) => {
  const folder = join(__dirname, name);
  const imports = Object.fromEntries(readdirSync(folder).filter((entry) => !entry.startsWith('handler.')).map((entry) => [entry, join(folder, entry)]));
  const source = readFileSync(join(folder, `handler.${language}`), 'utf8');
  return Object.entries(sequences).map(([sequence, events]): Program => ({ name: `${name}, ${sequence}`, language, source, imports, events }));
});

/** The application that a program of the corpus is. */
export function applicationOf(program: string): string {
  return program.slice(0, program.indexOf(','));
}
