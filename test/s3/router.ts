import { bucketOperations } from './bucket-operations';
import { S3Error, unsupportedHeader } from './errors';
import { getObject, headObject } from './object-reads';
import { copyObject, deleteObject, putObject } from './object-writes';
import type { Operation } from './operation';
import type { S3Request } from './request';

const OPERATIONS: readonly Operation[] = [...bucketOperations, getObject, headObject, putObject, copyObject, deleteObject];
const UNIVERSAL_HEADERS = /^x-amz-(date|content-sha256|security-token|user-agent|expected-bucket-owner)$/;
const ACCOUNT = '123456789012';

/**
 * The operation that a request asks for, provided that everything it says is understood: a header or a parameter that is
 * passed over could mean that the client believes something that did not happen.
 *
 * @throws S3Error `MethodNotAllowed` or `NotImplemented`
 */
export function route(request: S3Request): Operation {
  const level = request.key !== undefined ? 'object' : request.bucket !== undefined ? 'bucket' : 'service';
  const candidates = OPERATIONS.filter((operation) => operation.level === level && operation.method === request.method);
  const selected = candidates.find(({ selector }) => selector !== undefined && says(request, selector))
    ?? candidates.find(({ selector }) => selector === undefined);
  const unknown = request.parameterNames.find((name) => !selected?.parameters?.includes(name));
  if (unknown !== undefined) {
    throw new S3Error('NotImplemented', `${request.method} with the parameter "${unknown}" is not implemented by this server`);
  }
  if (!selected && candidates.length > 0) {
    throw new S3Error('NotImplemented', `${request.method} on a ${level} without one of the parameters ${candidates.map(({ selector }) => selector).join(', ')} is not implemented by this server`);
  }
  if (!selected) {
    throw new S3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
      Method: request.method,
      ResourceType: level.toUpperCase(),
    });
  }
  const foreign = request.headerNames.find((name) =>
    name.startsWith('x-amz-') && !UNIVERSAL_HEADERS.test(name) && !selected.headers?.test(name));
  if (foreign !== undefined) {
    throw unsupportedHeader(foreign, `${selected.name} with this header is not implemented by this server`);
  }
  const owner = request.header('x-amz-expected-bucket-owner');
  if (owner !== undefined && owner !== ACCOUNT) {
    throw new S3Error('AccessDenied', 'Access Denied');
  }
  return selected;
}

function says(request: S3Request, selector: string): boolean {
  return request.parameter(selector) !== undefined || request.header(selector) !== undefined;
}
