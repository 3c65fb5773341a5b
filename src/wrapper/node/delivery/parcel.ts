import type { Source } from '../counting/scripts';
import { stringify, zlib } from '../platform';

/** A raw object on its way to the bucket. */
export class Parcel {
  /** Nothing but sources. */
  public static ofSources(sources: readonly Source[]): Parcel {
    return new Parcel('', '', sources);
  }

  /** The file in the spool that holds it, if one does. */
  public file?: string;
  /** When sending it failed last, in milliseconds since 1970. */
  public failedAt?: number;
  private packed?: Promise<Buffer>;

  /**
   * @param content the raw object as JSON, or that gzipped
   * @param sources of the scripts that it tells of, which have to be in the bucket as well
   */
  public constructor(public readonly key: string, private content: Buffer | string, public readonly sources: readonly Source[]) {}

  public get isEmpty(): boolean {
    return this.key === '';
  }

  public get functionName(): string {
    return this.key.slice(this.key.lastIndexOf('/') + 1, -EXECUTION_PART);
  }

  public get executionId(): string {
    return this.key.slice(1 - EXECUTION_PART, -EXTENSION.length);
  }

  /** Gzipped, in the background. */
  public body(): Promise<Buffer> {
    this.packed ??= typeof this.content !== 'string' && isGzip(this.content) ? Promise.resolve(this.content) : compress(this.content).then((body) => {
      this.content = body;
      return body;
    });
    return this.packed;
  }

  /** The raw object as JSON. */
  public json(): string {
    return typeof this.content === 'string' ? this.content : (isGzip(this.content) ? zlib().gunzipSync(this.content) : this.content).toString('utf8');
  }

  /** A line that tells what it is, and then the content as it is at the moment. */
  public serialize(): Buffer {
    const head = stringify({ key: this.key, sources: this.sources });
    return Buffer.concat([Buffer.from(`${head}\n`), typeof this.content === 'string' ? Buffer.from(this.content) : this.content]);
  }
}

const EXTENSION = '.coverage';
/** A hyphen, an execution id of 58 characters, and the extension. */
const EXECUTION_PART = 1 + 58 + EXTENSION.length;

export function compress(content: string | Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => zlib().gzip(content, (error, compressed) => (error ? reject(error) : resolve(compressed))));
}

function isGzip(content: Buffer): boolean {
  return content[0] === 0x1f && content[1] === 0x8b;
}
