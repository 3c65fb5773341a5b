import type { LambdaRuntime } from './function-configuration';
import type { NodeVersion } from './node-versions';
import type { RuntimeClient } from './runtime-clients';

export interface LocalLambdaOptions {
  readonly runtime: LambdaRuntime;
  /** The folder that is `/var/task` in Lambda; it keeps its own path. */
  readonly taskRoot: string;
  readonly handler: string;
  /** @default - the major version that the runtime names */
  readonly node?: NodeVersion;
  /** @default - '4.0.2' for nodejs24.x and '3.3.0', which accepts callbacks, for the others */
  readonly runtimeClient?: RuntimeClient;
  /**
   * Whether the runtime client has its native addon, which takes a C++ compiler and minutes to build the first time, or
   * the JavaScript that stands in for it. @default - as the environment variable `LOCAL_LAMBDA_NATIVE_CLIENT=1` says
   */
  readonly nativeClient?: boolean;
  /** The function's variables. `/opt` in the values becomes the folder of the layers. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Folders with what the layers put into `/opt`, in the function's order. @default - no layers */
  readonly layers?: readonly string[];
  /** @default 'local-function' */
  readonly functionName?: string;
  /** @default '$LATEST' */
  readonly functionVersion?: string;
  /** In megabytes; sets the limits of the heap as Lambda does. @default 128 */
  readonly memorySize?: number;
  /**
   * Whether the function has only the share of a processor that Lambda gives its memory size, in init as well.
   * `ProcessorLimit.obstacle` tells whether this machine can. @default false
   */
  readonly limitsProcessor?: boolean;
  /** @default 3 */
  readonly timeoutSeconds?: number;
  /** Whether extensions can register; if not, the Extensions API answers 404 as where there is none. @default true */
  readonly extensionsSupported?: boolean;
  /** Stands in for `/tmp`, and is in `TMPDIR`. @default - a folder that is deleted by `stop` */
  readonly tmpDir?: string;
}

export interface InvokeOptions {
  /** Any JSON, as the caller's SDK would encode it. */
  readonly clientContext?: unknown;
  /** When the function is timed out, in milliseconds since 1970. @default - the function's timeout from now */
  readonly deadline?: number;
}
