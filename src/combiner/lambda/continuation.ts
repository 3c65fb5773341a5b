import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

/**
 * Invokes the function anew, without waiting for it.
 *
 * @throws Error that names the right that is missing, or what else went wrong
 */
export async function continueLater(functionName: string): Promise<void> {
  try {
    await new LambdaClient({ maxAttempts: 4 }).send(new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload: '{}' }));
  } catch (error) {
    throw new Error(`what is left could not be started (lambda:InvokeFunction on ${functionName}): ${(error as Error).message}; it is combined by the next run`);
  }
}
