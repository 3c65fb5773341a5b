import { badInput, checkPrefix } from '../../../contract/bad-input';
import { DEFAULT_PREFIX, rawCoverageKey } from '../../../contract/object-keys';
import { Clock } from '../platform';

const FUNCTION_NAME = /^[A-Za-z0-9_-]{1,64}$/;
const EXECUTION_ID = /^[A-Za-z0-9_.-]{1,200}$/;

/**
 * The key of a coverage file: `{prefix}YYYY/MM/DD/{functionName}-{executionId}.coverage`, the day in UTC.
 *
 * Mirrors `generate_s3_key` of the reference.
 *
 * @param functionName 1 to 64 letters, digits, `-` and `_`
 * @param executionId 1 to 200 letters, digits, `.`, `-` and `_`
 * @param prefix empty, or ends with a slash
 * @param timestamp by default now
 * @throws CoverageError if an argument cannot be used
 */
export function generateS3Key(functionName: string, executionId: string, prefix: string = DEFAULT_PREFIX, timestamp: Date = new Clock()): string {
  checkText('functionName', functionName, FUNCTION_NAME, "is not 1 to 64 letters, digits, '-' and '_'; pass the name only, as context.functionName has it");
  checkText('executionId', executionId, EXECUTION_ID, "is not 1 to 200 letters, digits, '.', '-' and '_'; context.awsRequestId is one");
  checkPrefix('prefix', prefix);
  if (!(timestamp instanceof Clock) || Number.isNaN(timestamp.getTime())) {
    throw badInput('timestamp', String(timestamp), 'is not a valid Date');
  }
  return rawCoverageKey(functionName, executionId, prefix, timestamp);
}

function checkText(argument: string, value: unknown, allowed: RegExp, problem: string): void {
  if (typeof value !== 'string' || !allowed.test(value)) {
    throw badInput(argument, value, problem);
  }
}
