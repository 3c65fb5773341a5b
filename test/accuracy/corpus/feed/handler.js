/** Turns Markdown posts in S3 into a feed: plain JavaScript, generators, labelled loops, a front matter parser. */
import { parseFrontMatter } from './text/front-matter.js';
import { renderMarkdown } from './text/markdown.js';
import { escapeXml, truncate } from './text/xml.js';

const cache = new Map();
let renders = 0;

export const handler = async ({ posts = [], format = 'rss', limit, tag } = {}) => {
  const entries = [];
  for await (const entry of read(posts)) {
    if (tag && !entry.tags.includes(tag)) continue;
    entries.push(entry);
    if (limit && entries.length >= limit) break;
  }
  entries.sort(byDate);
  if (format === 'rss') return { type: 'application/rss+xml', body: rss(entries), renders };
  if (format === 'json') return { type: 'application/feed+json', body: jsonFeed(entries), renders };
  if (format === 'sitemap') {
    const urls = entries.map(({ slug, date }) => `<url><loc>/${slug}</loc>${date ? `<lastmod>${date}</lastmod>` : ''}</url>`);
    return { type: 'text/xml', body: `<urlset>${urls.join('')}</urlset>`, renders };
  }
  throw new RangeError(`format '${format}' is none of rss, json, sitemap`);
};

async function* read(posts) {
  for (const { key, content, draft } of posts) {
    const match = /^posts\/(?:(\d{4}-\d{2}-\d{2})-)?([\w-]+)\.md$/.exec(key);
    if (draft || !match) {
      continue;
    }
    const [, date, slug] = match;
    let entry = cache.get(content);
    if (!entry) {
      const { data, body } = parseFrontMatter(content);
      await null;
      entry = { ...data, tags: [].concat(data.tags ?? []), html: renderMarkdown(body) };
      cache.set(content, entry);
      renders++;
    }
    yield { ...entry, date: entry.date ?? date, slug };
  }
}

function byDate(a, b) {
  if (a.date === b.date) return a.slug < b.slug ? -1 : 1;
  if (!a.date) return 1;
  if (!b.date) return -1;
  return a.date > b.date ? -1 : 1;
}

function rss(entries) {
  const items = entries.map((entry) => {
    const parts = [`<title>${escapeXml(entry.title || entry.slug)}</title>`];
    if (entry.date) {
      parts.push(`<pubDate>${new Date(entry.date).toUTCString()}</pubDate>`);
    }
    for (const tag of entry.tags) parts.push(`<category>${escapeXml(tag)}</category>`);
    parts.push(`<description>${escapeXml(truncate(entry.html, 80))}</description>`);
    return `<item>${parts.join('')}</item>`;
  });
  return `<rss version="2.0"><channel>${items.join('')}</channel></rss>`;
}

function jsonFeed(entries) {
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    items: entries.map(({ slug, title, html, date, tags }) => ({
      id: slug,
      ...(title && { title }),
      ...(date ? { date_published: date } : undefined),
      ...(tags.length ? { tags } : {}),
      content_html: html,
    })),
  });
}
