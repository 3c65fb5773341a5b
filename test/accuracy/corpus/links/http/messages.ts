export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string | undefined>;
  readonly query: Record<string, string | undefined>;
  readonly body: unknown;
  readonly now?: number;
}

export interface Response {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: unknown;
}

export class HttpError extends Error {
  public constructor(public readonly status: number, message: string, public readonly details?: readonly string[]) {
    super(message);
  }
}

export class BadRequest extends HttpError {
  public constructor(message: string, details?: readonly string[]) {
    super(400, message, details);
  }
}

export class NotFound extends HttpError {
  public constructor(message: string) {
    super(404, message);
  }

  public get isPermanent(): boolean {
    return this.status === 410;
  }
}
