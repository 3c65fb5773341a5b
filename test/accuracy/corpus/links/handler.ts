/** A URL shortener behind API Gateway: routes, validation, a store, redirects, statistics. */
import { BadRequest, HttpError, NotFound, type Request, type Response } from './http/messages';
import { Router } from './http/router';
import { Links } from './storage/links';
import { slugOf } from './storage/slugs';

const links = new Links({ limit: 4 });
const router = new Router()
  .on('GET', '/health', () => ({ status: 200, body: { ok: true } }))
  .on('POST', '/links', ({ body }) => create(body))
  .on('GET', '/links', ({ query }) => list(query))
  .on('GET', '/links/:slug', ({ params }) => follow(params.slug!))
  .on('GET', '/links/:slug/stats', ({ params: { slug } }) => {
    const link = links.find(slug!) ?? missing(slug!);
    return { status: 200, body: { clicks: link.clicks, last: link.last?.toISOString() ?? null } };
  })
  .on('DELETE', '/links/:slug', ({ params: { slug }, headers }) => {
    if (headers.authorization !== 'Bearer admin') return { status: headers.authorization ? 403 : 401, body: undefined };
    return links.remove(slug!) ? { status: 204, body: undefined } : missing(slug!);
  });

export async function handler(event: Partial<Request>): Promise<Response> {
  const request: Request = { method: 'GET', path: '/', headers: {}, query: {}, body: undefined, ...event };
  try {
    const response = await router.route(request);
    return { ...response, headers: { 'cache-control': cachingFor(response.status), ...response.headers } };
  } catch (error) {
    if (error instanceof HttpError) {
      return { status: error.status, body: { message: error.message, ...(error.details && { details: error.details }) } };
    }
    return { status: 500, body: { message: 'internal error' } };
  } finally {
    links.sweep(request.now ?? 0);
  }
}

function create(body: unknown): Response {
  const { url, slug, ttl } = validate(body);
  const chosen = slug ?? slugOf(url, (candidate) => links.find(candidate) === undefined);
  const isNew = links.find(chosen) === undefined;
  if (!isNew && slug) {
    throw new HttpError(409, `slug '${slug}' is taken`);
  }
  links.add({ slug: chosen, url, expires: ttl === undefined ? undefined : ttl * 1_000, clicks: 0 });
  return { status: isNew ? 201 : 200, headers: { location: `/links/${chosen}` }, body: { slug: chosen } };
}

function validate(body: unknown): { url: string; slug?: string; ttl?: number } {
  if (typeof body !== 'object' || body === null) {
    throw new BadRequest('a JSON object is expected');
  }
  const problems: string[] = [];
  const { url, slug, ttl } = body as Record<string, unknown>;
  if (typeof url !== 'string') {
    problems.push('url is missing');
  } else if (!/^https?:\/\//.test(url)) {
    problems.push(`url '${url}' is not http`);
  }
  if (slug !== undefined && !(typeof slug === 'string' && /^[a-z0-9-]{3,20}$/.test(slug))) {
    problems.push('slug has other characters than a to z, 0 to 9 and -');
  }
  if (ttl !== undefined && (typeof ttl !== 'number' || ttl <= 0 || ttl > 86_400)) problems.push('ttl is out of range');
  if (problems.length > 0) {
    throw new BadRequest('the request is not valid', problems);
  }
  return { url: url as string, ...(typeof slug === 'string' ? { slug } : {}), ...(typeof ttl === 'number' ? { ttl } : {}) };
}

function list({ order, prefix = '', limit }: Record<string, string | undefined>): Response {
  const all = links.all().filter((link) => link.slug.startsWith(prefix));
  switch (order) {
    case 'clicks':
      all.sort((a, b) => b.clicks - a.clicks || (a.slug < b.slug ? -1 : 1));
      break;
    case 'slug':
    case undefined:
      all.sort((a, b) => (a.slug < b.slug ? -1 : a.slug > b.slug ? 1 : 0));
      break;
    default:
      throw new BadRequest(`order '${order}' is neither clicks nor slug`);
  }
  const most = limit ? Number(limit) : all.length;
  return { status: 200, body: all.slice(0, most).map(({ slug, url }) => ({ slug, url })) };
}

async function follow(slug: string): Promise<Response> {
  const link = links.find(slug);
  if (!link) {
    return missing(slug);
  }
  await links.count(link);
  return { status: link.expires ? 302 : 301, headers: { location: link.url }, body: undefined };
}

function missing(slug: string): never {
  throw new NotFound(`there is no link '${slug}'`);
}

function cachingFor(status: number): string {
  return status === 301 ? 'public, max-age=3600' : status >= 400 && status !== 404 ? 'no-store' : 'no-cache';
}
