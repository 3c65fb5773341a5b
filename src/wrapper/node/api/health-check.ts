import { BUCKET_MISSING, readSettings } from './process-settings';
import { Variable, type EnvironmentProblem, type Settings } from '../../../contract/environment';
import { rawCoverageKey } from '../../../contract/object-keys';
import { createSink, type Environment } from '../delivery/create-sink';
import type { Sink } from '../delivery/sink';
import { layerVersion } from '../layer-version';
import { Clock, now, random, startTimer } from '../platform';
import { processCollection } from '../process-collection';

/** What {@link healthCheckHandler} answers. Mirrors `HealthCheckResponse` of the reference. */
export interface HealthCheckResponse {
  /**
   * `unhealthy`: the configuration does not say where coverage goes. `degraded`: coverage is not complete, or may not arrive: see the
   * warnings.
   */
  readonly status: 'healthy' | 'unhealthy' | 'degraded';
  /** Whether coverage has been started in this process. */
  readonly coverageEnabled: boolean;
  readonly layerVersion: string;
  /** The bucket is empty where none is set. */
  readonly s3Config: { readonly bucket: string; readonly prefix: string };
  /** ISO 8601, UTC, such as `2026-01-31T23:59:59.999Z`. */
  readonly timestamp: string;
  /** Only there if the status is `unhealthy`. */
  readonly errors?: readonly string[];
  /** Only there if there are any; a `healthy` answer may have some, too. */
  readonly warnings?: readonly string[];
}

/** As the reference has it for health checks. */
const MAX_RETRIES = 2;
const FIRST_PAUSE = 100;
/** No further try begins after so many milliseconds: a function has 3 s by default, and a try may take 2. */
const LONGEST = 1_500;
const PROBE_ID = 'health-check';
const HINTS: Readonly<Record<string, string>> = {
  403: '; allow s3:PutObject on them to the role of the function, as CoverageBucket.grantWrite does',
  404: '; there is no such bucket',
};

interface Findings {
  readonly errors: string[];
  /** Why it is degraded. */
  readonly faults: string[];
  /** What is only worth knowing. */
  readonly hints: string[];
}

/**
 * Whether coverage works: what the configuration says, whether coverage runs in this process, and whether an object could be added to the
 * bucket, which is found out without adding one. That is tried 3 times at most, where trying again may help. Never rejects.
 *
 * Mirrors `health_check_handler` of the reference: `status`, `coverageEnabled`, `layerVersion`, `s3Config`, `timestamp`, `errors`.
 */
export async function healthCheckHandler(): Promise<HealthCheckResponse> {
  const { environment, settings: configured, problems, deprecated } = readSettings();
  const collection = processCollection();
  const settings = collection?.settings ?? configured;
  const findings: Findings = { errors: [], faults: problems.map(textOf), hints: deprecated.map(textOf) };
  try {
    checkCollection(collection !== undefined, settings, findings);
    await checkSink(environment, settings, findings);
  } catch (error) {
    findings.faults.push(`the health check failed: ${(error as Error).message}`);
  }
  const { errors, faults, hints } = findings;
  const warnings = [...faults, ...hints];
  return {
    status: errors.length > 0 ? 'unhealthy' : faults.length > 0 ? 'degraded' : 'healthy',
    coverageEnabled: collection !== undefined,
    layerVersion,
    s3Config: { bucket: settings.bucket ?? '', prefix: settings.prefix },
    timestamp: new Clock().toISOString(),
    ...(errors.length > 0 && { errors }),
    ...(warnings.length > 0 && { warnings }),
  };
}

function checkCollection(isRunning: boolean, { handler, sampling, bucket, directory }: Settings, { faults, hints }: Findings): void {
  if (isRunning || (bucket === undefined && directory === undefined)) {
    return;
  }
  if (sampling < 1) {
    hints.push(`coverage is not collected in this execution environment: ${Variable.SAMPLING} is ${sampling}, so not each of them does`);
  } else if (handler !== undefined) {
    faults.push('coverage could not be started; the log says why, in a line with the error_type CoverageInitializationError');
  } else {
    faults.push('coverage has not been started in this process; attach the function with CoverageLayer.attachTo, or use coverageHandler or CoverageContext');
  }
}

async function checkSink(environment: Environment, settings: Settings, { errors, faults }: Findings): Promise<void> {
  const { bucket, prefix, directory } = settings;
  if (bucket === undefined && directory === undefined) {
    errors.push(BUCKET_MISSING);
    return;
  }
  let sink: Sink;
  try {
    sink = createSink(environment, settings, () => true);
  } catch (error) {
    errors.push((error as Error).message);
    return;
  }
  const key = rawCoverageKey(environment.AWS_LAMBDA_FUNCTION_NAME ?? 'unknown', PROBE_ID, prefix, new Clock());
  try {
    await probed(sink, key);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    faults.push(`objects cannot be added to ${directory ?? `s3://${bucket!}/${prefix}`}: ${message}${HINTS[String(code)] ?? ''}`);
  }
}

async function probed(sink: Sink, key: string): Promise<void> {
  const begin = now();
  for (let retry = 0; ; retry++) {
    try {
      await sink.probe(key);
      return;
    } catch (error) {
      const pause = random() * FIRST_PAUSE * 2 ** retry;
      const refused = /^4(?!29)\d\d$/.test(String((error as { code?: string }).code));
      if (refused || retry === MAX_RETRIES || now() - begin + pause > LONGEST) {
        throw error;
      }
      await new Promise<void>((resolve) => startTimer(resolve, pause));
    }
  }
}

function textOf({ variable, message }: EnvironmentProblem): string {
  return `${variable} ${message}`;
}
