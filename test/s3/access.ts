import { S3Error } from './errors';

/** A request as a rule of denial sees it. */
export interface AccessRequest {
  readonly method: string;
  readonly bucket?: string;
  readonly key?: string;
  /** The operation's name in the API, such as `PutObject` or `ListObjectsV2`. */
  readonly operation: string;
}

/** Says of a request whether it is refused. */
export type DenyRule = (request: AccessRequest) => boolean;

/** The IAM action behind each operation: several operations share one. */
const ACTIONS: Readonly<Record<string, string>> = {
  CopyObject: 'PutObject',
  DeleteObjects: 'DeleteObject',
  HeadBucket: 'ListBucket',
  HeadObject: 'GetObject',
  ListBuckets: 'ListAllMyBuckets',
  ListObjectsV2: 'ListBucket',
};

/** Who may do what: everything but what a rule denies. */
export class Access {
  private readonly rules = new Set<DenyRule>();

  /** Adds a rule and gives back what takes it away again. */
  deny(rule: DenyRule): () => void {
    this.rules.add(rule);
    return () => {
      this.rules.delete(rule);
    };
  }

  allows(request: AccessRequest): boolean {
    return ![...this.rules].some((rule) => rule(request));
  }

  /** @throws S3Error `AccessDenied`, in the words of S3, which name the action and the resource */
  check(request: AccessRequest): void {
    if (this.allows(request)) {
      return;
    }
    const action = `s3:${ACTIONS[request.operation] ?? request.operation}`;
    const resource = [request.bucket ?? '*', request.key].filter((part) => part !== undefined).join('/');
    throw new S3Error(
      'AccessDenied',
      `User: arn:aws:iam::123456789012:user/local is not authorized to perform: ${action} on resource: "arn:aws:s3:::${resource}" because no identity-based policy allows the ${action} action`,
    );
  }
}
