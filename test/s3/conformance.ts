import { authenticationRows } from './conformance/authentication';
import { bucketRows } from './conformance/buckets';
import { conditionRows } from './conformance/conditions';
import { listingRows } from './conformance/listing';
import { objectRows } from './conformance/objects';
import type { Row } from './conformance/row';

export type { Row } from './conformance/row';
export { type S3UnderTest, Session } from './conformance/session';

/**
 * What S3 does, as far as this project relies on it: the embedded server is held to the same table as real ones. A row asks for
 * nothing but a {@link Session}, so the table runs against any server that has an endpoint and credentials.
 */
export const conformance: readonly Row[] = [
  ...bucketRows,
  ...objectRows,
  ...conditionRows,
  ...listingRows,
  ...authenticationRows,
];
