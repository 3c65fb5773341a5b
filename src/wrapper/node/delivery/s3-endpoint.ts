/** Where a bucket's objects are, by the rules and the variables of the AWS SDKs. */
export interface BucketAddress {
  readonly protocol: 'http:' | 'https:';
  /** Without the brackets of an IPv6 address. */
  readonly hostname: string;
  readonly port?: number;
  /** Path in front of the key; begins and ends with a slash. */
  readonly basePath: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Suffix of a partition's host names by the beginning of its regions' names. */
const SUFFIXES: ReadonlyArray<readonly [string, string]> = [
  ['cn-', 'amazonaws.com.cn'],
  ['us-iso-', 'c2s.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk'],
  ['us-isof-', 'csp.hci.ic.gov'],
  ['eusc-', 'amazonaws.eu'],
];

/**
 * Virtual-host style as AWS wants it, path style for buckets with a dot in their name (their certificate would not match)
 * and for an endpoint override.
 *
 * @throws Error if the override is not an http or https URL
 */
export function bucketAddress(bucket: string, region: string, environment: Environment): BucketAddress {
  const override = environment.AWS_ENDPOINT_URL_S3 || environment.AWS_ENDPOINT_URL;
  if (override && !isTrue(environment.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS)) {
    const url = URL.canParse(override) ? new URL(override) : undefined;
    if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
      throw new Error(`no coverage is collected: endpoint '${override}' is not an http or https URL`);
    }
    return {
      protocol: url.protocol,
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      ...(url.port && { port: Number(url.port) }),
      basePath: `${url.pathname.replace(/\/$/, '')}/${bucket}/`,
    };
  }
  const suffix = SUFFIXES.find(([start]) => region.startsWith(start))?.[1] ?? 'amazonaws.com';
  const service = isTrue(environment.AWS_USE_FIPS_ENDPOINT) ? 's3-fips' : 's3';
  const dualStack = isTrue(environment.AWS_USE_DUALSTACK_ENDPOINT) ? '.dualstack' : '';
  const host = `${service}${dualStack}.${region}.${suffix}`;
  return bucket.includes('.')
    ? { protocol: 'https:', hostname: host, basePath: `/${bucket}/` }
    : { protocol: 'https:', hostname: `${bucket}.${host}`, basePath: '/' };
}

function isTrue(value: string | undefined): boolean {
  return value?.toLowerCase() === 'true';
}
