import { Duration, aws_s3 as s3 } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { wholeDays } from './durations';
import { errorAt } from './errors';
import { partialsPrefix, plansPrefix, rawCoveragePrefix, reportsPrefix } from '../contract/object-keys';

/** How long raw coverage is kept, and where; and how long reports are. */
export interface CoverageRetention {
  readonly transitionToInfrequentAccessAfter?: Duration;
  readonly transitionToGlacierAfter?: Duration;
  readonly expireAfter?: Duration;
  readonly expireReportsAfter?: Duration;
}

/** Days in which a distributed run that failed can be gone on with. */
const LEFT_BEHIND = 7;

/** Days in STANDARD before STANDARD_IA, and in STANDARD_IA before GLACIER, below which S3 refuses a rule. */
const MINIMUM_STAY = 30;

/**
 * The lifecycle of a coverage bucket. Only raw objects move, and they and reports expire: a source is uploaded once and belongs to raw
 * objects of any later day, so its age says nothing about whether it is still needed.
 *
 * @throws Error for days that S3 would refuse at deployment
 */
export function lifecycleRules(scope: IConstruct, prefix: string, retention: CoverageRetention): s3.LifecycleRule[] {
  const given = (prop: keyof CoverageRetention) => {
    const duration = retention[prop];
    return duration && wholeDays(scope, prop, duration);
  };
  const infrequent = given('transitionToInfrequentAccessAfter');
  const glacier = given('transitionToGlacierAfter');
  const expire = given('expireAfter') ?? 365;
  const expireReports = given('expireReportsAfter');
  if (infrequent !== undefined && infrequent < MINIMUM_STAY) {
    throw errorAt(scope, `transitionToInfrequentAccessAfter is ${infrequent} days; S3 moves nothing to STANDARD_IA before ${MINIMUM_STAY}`);
  }
  if (infrequent !== undefined && glacier !== undefined && glacier < infrequent + MINIMUM_STAY) {
    throw errorAt(scope, `transitionToGlacierAfter is ${glacier} days; S3 wants ${MINIMUM_STAY} days in STANDARD_IA before, so give ${infrequent + MINIMUM_STAY} or more, or lower transitionToInfrequentAccessAfter (${infrequent} days)`);
  }
  const transitions = transitionDays(infrequent, glacier)
    .filter(({ after }) => after < expire)
    .map(({ storageClass, after }) => ({ storageClass, transitionAfter: Duration.days(after) }));
  return [
    {
      id: 'CoverageFileRetention',
      prefix: rawCoveragePrefix(prefix),
      ...(transitions.length > 0 ? { transitions } : {}),
      expiration: Duration.days(expire),
    },
    // what distributed runs did not come to clean up
    ...[['CoveragePartialRetention', partialsPrefix(prefix)], ['CoveragePlanRetention', plansPrefix(prefix)]].map(([id, below]) => (
      { id: id!, prefix: below!, expiration: Duration.days(LEFT_BEHIND) }
    )),
    ...(expireReports === undefined ? [] : [{ id: 'CoverageReportRetention', prefix: reportsPrefix(prefix), expiration: Duration.days(expireReports) }]),
    { id: 'AbortIncompleteMultipartUploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
  ];
}

/** What is given stays, and a default that S3 would refuse beside it goes. */
function transitionDays(infrequent: number | undefined, glacier: number | undefined): { storageClass: s3.StorageClass; after: number }[] {
  const first = { storageClass: s3.StorageClass.INFREQUENT_ACCESS, after: infrequent ?? 30 };
  const second = { storageClass: s3.StorageClass.GLACIER, after: glacier ?? 90 };
  if (second.after >= first.after + MINIMUM_STAY) {
    return [first, second];
  }
  return infrequent === undefined ? [second] : [first];
}
