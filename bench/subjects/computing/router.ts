/** A router by regular expressions: patterns with parameters, methods, and what is not found. */
import { measured } from './work';

interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly handle: (parameters: Readonly<Record<string, string>>) => number;
}

function route(method: string, path: string, handle: Route['handle']): Route {
  const names: string[] = [];
  const source = path.replace(/:(\w+)(\([^)]*\))?/g, (_, name: string, pattern?: string) => {
    names.push(name);
    return pattern ?? '([^/]+)';
  });
  return { method, pattern: new RegExp(`^${source}/?$`), names, handle };
}

const ROUTES: readonly Route[] = [
  route('GET', '/', () => 1),
  route('GET', '/health', () => 2),
  route('GET', '/users', () => 3),
  route('POST', '/users', () => 4),
  route('GET', '/users/:id(\\d+)', ({ id }) => Number(id)),
  route('DELETE', '/users/:id(\\d+)', ({ id }) => -Number(id)),
  route('GET', '/users/:id/orders', ({ id }) => id!.length),
  route('GET', '/users/:id/orders/:order', ({ id, order }) => id!.length + order!.length),
  route('PUT', '/users/:id/orders/:order/items/:item', ({ item }) => (item!.startsWith('sku-') ? 1 : 0)),
  route('GET', '/files/:path(.+)', ({ path }) => path!.split('/').length),
];

function dispatch(method: string, url: string): number {
  const [path = '/', query] = url.split('?');
  for (const { method: allowed, pattern, names, handle } of ROUTES) {
    if (allowed !== method && method !== 'HEAD') {
      continue;
    }
    const match = pattern.exec(path);
    if (match) {
      const parameters: Record<string, string> = {};
      names.forEach((name, index) => {
        parameters[name] = decodeURIComponent(match[index + 1]!);
      });
      return handle(parameters) + (query ? 1 : 0);
    }
  }
  return method === 'OPTIONS' ? 204 : 404;
}

const URLS = ['/', '/health?full', '/users', '/users/17', '/users/ada', '/users/ada/orders', '/users/ada/orders/7?x=1', '/users/9/orders/8/items/sku-1', '/files/a/b/c%20d', '/nothing'];
const METHODS = ['GET', 'POST', 'GET', 'DELETE', 'GET', 'PUT', 'HEAD', 'OPTIONS'];

export const handler = measured(
  (size) => Array.from({ length: size }, (_, index) => [METHODS[index % METHODS.length]!, URLS[(index * 7) % URLS.length]!] as const),
  (requests) => requests.reduce((sum, [method, url]) => sum + dispatch(method, url), 0),
);
