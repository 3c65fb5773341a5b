import type { sign } from 'aws4';
import { DirectorySink } from './directory-sink';
import { NO_BUCKET } from '../log';
import { bucketAddress } from './s3-endpoint';
import type { Sink } from './sink';
import { Uploader } from './uploader';
import type { Settings } from '../../../contract/environment';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where the settings say that coverage goes.
 *
 * @param keepsAlive whether the event loop stays alive while something is sent
 * @throws Error where there is no place for coverage
 */
export function createSink(environment: Environment, settings: Settings, keepsAlive: () => boolean): Sink {
  const { bucket, directory } = settings;
  if (directory !== undefined) {
    return new DirectorySink(directory);
  }
  if (bucket === undefined) {
    throw new Error(NO_BUCKET);
  }
  return new Uploader({
    region: environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? 'us-east-1',
    locate: (region) => bucketAddress(bucket, region, environment),
  }, {
    accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
    ...(environment.AWS_SESSION_TOKEN && { sessionToken: environment.AWS_SESSION_TOKEN }),
    // bundled, but run only when it is asked for
  }, loadSign, keepsAlive);
}

/** In the bundle already, and run when it is asked for: by then the user's code may have patched what would load it. */
async function loadSign(): Promise<typeof sign> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would run it at each start, or load it from another file
  return (require('./signer') as typeof import('./signer')).sign;
}
