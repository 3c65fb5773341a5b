import { HttpError, NotFound, type Request, type Response } from './messages';

type Params = Record<string, string>;
type Handle = (request: Request & { readonly params: Params }) => Response | Promise<Response>;

interface Route {
  readonly method: string;
  readonly parts: readonly string[];
  readonly handle: Handle;
}

export class Router {
  private readonly routes: Route[] = [];

  public on(method: string, pattern: string, handle: Handle): this {
    this.routes.push({ method, parts: pattern.split('/').filter(Boolean), handle });
    return this;
  }

  public async route(request: Request): Promise<Response> {
    const path = request.path.split('/').filter((part) => part.length > 0).map(decoded);
    const allowed = new Set<string>();
    for (const { method, parts, handle } of this.routes) {
      const params = match(parts, path);
      if (!params) continue;
      if (method !== request.method) {
        allowed.add(method);
        continue;
      }
      return handle({ ...request, params });
    }
    if (allowed.size > 0) {
      if (request.method === 'OPTIONS') {
        return { status: 204, headers: { allow: [...allowed].join(', ') }, body: undefined };
      }
      throw new HttpError(405, `${request.method} is none of ${[...allowed].join(', ')}`);
    }
    throw new NotFound(`nothing is at ${request.path}`);
  }
}

function match(parts: readonly string[], path: readonly string[]): Params | undefined {
  if (parts.length !== path.length) {
    return undefined;
  }
  const params: Params = {};
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index]!;
    if (part.startsWith(':')) {
      params[part.slice(1)] = path[index]!;
    } else if (part !== path[index]) {
      return undefined;
    }
  }
  return params;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
