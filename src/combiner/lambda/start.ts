/** Starts the state machine of a distributed combiner, for a queue of uploads, which cannot. */
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { STATE_MACHINE_VARIABLE } from '../../contract/distributed-run';

/** @throws Error if it cannot be started: then the messages come again */
export async function handler(): Promise<void> {
  await new SFNClient({ maxAttempts: 4 }).send(new StartExecutionCommand({ stateMachineArn: process.env[STATE_MACHINE_VARIABLE] }));
}
