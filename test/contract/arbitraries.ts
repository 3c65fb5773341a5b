import fc from 'fast-check';
import type { ExecutionId } from '../../src/contract/object-keys';

const hexadecimal = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));

/** A prefix that may be configured: empty, or folders. */
export const prefix = fc
  .array(fc.stringMatching(/^[A-Za-z0-9!_.'()-]{1,12}$/).filter((segment) => segment !== '.' && segment !== '..'), { maxLength: 4 })
  .map((segments) => segments.map((segment) => `${segment}/`).join(''));

export const sha256 = hexadecimal(64);

/** Lambda's own rule for names; hyphens are what makes keys ambiguous, so there are many. */
export const functionName = fc.oneof(fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/), fc.stringMatching(/^[a-z0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}$/));

export const executionId: fc.Arbitrary<ExecutionId> = fc.record({
  requestId: fc.uuid(),
  environmentId: hexadecimal(12),
  sequence: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
});

/** Times that a Lambda function can have. */
export const time = fc.date({ min: new Date('2014-11-13T00:00:00Z'), max: new Date('2099-12-31T23:59:59.999Z'), noInvalidDate: true });
