import { randomUUID } from 'node:crypto';
import type { FunctionError, Invocation } from './invocation';

/** A request that the Runtime API or the Extensions API refuses, with the words of AWS's own emulator. */
export class Refusal extends Error {
  constructor(public readonly status: number, public readonly errorType: string, message: string) {
    super(message);
  }
}

/** One that calls `next` and gets events: the runtime, or an extension. */
class Party {
  public hasCalledNext = false;
  private release?: (invocation: Invocation) => void;

  constructor(public readonly name: string, public readonly getsInvocations = true) {}

  public get waiting(): boolean {
    return this.release !== undefined;
  }

  public async next(): Promise<Invocation> {
    this.hasCalledNext = true;
    return new Promise((resolve) => { this.release = resolve; });
  }

  public deliver(invocation: Invocation): void {
    const release = this.release;
    this.release = undefined;
    release?.(invocation);
  }
}

/**
 * The states of an execution environment, as AWS's runtime interface emulator and the developer guide have them:
 * init and each invocation end when the runtime and every registered extension have called `next`.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
export class Lifecycle {
  /** What the runtime posted to `/runtime/init/error`, or an extension reported. */
  public initError?: FunctionError;
  /** The invocation that has been delivered and has not ended. */
  public current?: Invocation;
  private readonly runtime = new Party('runtime');
  private readonly extensions = new Map<string, Party>();

  /**
   * @param allWaiting called when the runtime and all extensions have called `next`
   * @param failed called when an extension reports that it cannot go on
   */
  constructor(
    private readonly extensionsSupported: boolean,
    private readonly allWaiting: () => void,
    private readonly failed: (error: FunctionError) => void,
  ) {}

  public get hasExtensions(): boolean {
    return this.extensions.size > 0;
  }

  public async runtimeNext(): Promise<Invocation> {
    // after a stream that failed, aws-lambda-ric 4 does not wait until its end has arrived
    await this.current?.answer;
    return this.next(this.runtime);
  }

  public async extensionNext(id: string | undefined): Promise<Invocation> {
    return this.next(this.extension(id));
  }

  /** @returns the extension's identifier */
  public register(name: string | undefined, events: readonly string[]): string {
    if (!this.extensionsSupported) throw new Refusal(404, 'Extension.NotSupported', 'extensions are not supported');
    if (!name) throw new Refusal(403, 'Extension.InvalidExtensionName', 'Empty extension name');
    const refused = events.find((event) => event !== 'INVOKE');
    if (refused !== undefined) {
      const reason = refused === 'SHUTDOWN' ? 'ShutdownEventNotSupportedForInternalExtension' : 'ErrorInvalidEventType';
      throw new Refusal(403, 'Extension.InvalidEventType', `${refused}: ${reason}`);
    }
    if (this.runtime.hasCalledNext) {
      throw new Refusal(403, 'Extension.RegistrationClosed', 'Extension registration closed already');
    }
    if ([...this.extensions.values()].some((extension) => extension.name === name)) {
      throw new Refusal(403, 'Extension.InvalidExtensionState', 'Extension with this name already registered');
    }
    if (this.extensions.size === 10) throw new Refusal(403, 'Extension.TooManyExtensions', 'Extension limit (10) reached');
    const id = randomUUID();
    this.extensions.set(id, new Party(name, events.includes('INVOKE')));
    return id;
  }

  /** An extension's `/init/error` or `/exit/error`. */
  public extensionFailed(id: string | undefined, errorType: string | undefined, error: FunctionError): void {
    this.extension(id);
    if (!errorType) throw new Refusal(403, 'Extension.MissingHeader', 'Lambda-Extension-Function-Error-Type not found');
    this.failed(error);
  }

  /** The invocation of that id, for an answer to it. */
  public toAnswer(requestId: string): Invocation {
    if (this.current?.requestId !== requestId) throw new Refusal(400, 'InvalidRequestID', 'Invalid request ID');
    if (this.current.answered) throw stateRefusal('ResponseSent', 'InvocationResponse', 'runtime');
    return this.current;
  }

  public deliver(invocation: Invocation): void {
    this.current = invocation;
    invocation.delivered();
    this.runtime.deliver(invocation);
    for (const extension of this.extensions.values()) {
      if (extension.getsInvocations) extension.deliver(invocation);
    }
  }

  private extension(id: string | undefined): Party {
    if (!id) throw new Refusal(403, 'Extension.MissingExtensionIdentifier', 'Missing Lambda-Extension-Identifier header');
    const extension = this.extensions.get(id);
    if (!extension) throw new Refusal(403, 'Extension.UnknownExtensionIdentifier', `Unknown extension ${id}`);
    return extension;
  }

  private async next(party: Party): Promise<Invocation> {
    if (party.waiting) throw stateRefusal('Ready', 'Ready', party.name);
    const invocation = party.next();
    if (this.runtime.waiting && [...this.extensions.values()].every((extension) => extension.waiting)) {
      this.current = undefined;
      this.allWaiting();
    }
    return invocation;
  }
}

function stateRefusal(from: string, to: string, party: string): Refusal {
  return new Refusal(403, 'InvalidStateTransition', `State transition from ${from} to ${to} failed for ${party}. Error: State transition is not allowed`);
}
