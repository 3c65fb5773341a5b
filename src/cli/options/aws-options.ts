import { Option, type Command } from 'commander';

export interface AwsOptions {
  readonly profile?: string;
  readonly region?: string;
  readonly endpointUrl?: string;
}

export function addAwsOptions(command: Command): Command {
  return command
    .addOption(new Option('--profile <name>', 'profile of the AWS configuration; else credentials are found as the AWS CLI finds them'))
    .addOption(new Option('--region <name>', 'AWS region; else AWS_REGION, AWS_DEFAULT_REGION or that of the profile'))
    .addOption(new Option('--endpoint-url <url>', 'where AWS is, such as an emulator'));
}

/** The SDK reads the environment when the first client is made; what is not said is found as the AWS CLI finds it. */
export function applyAwsOptions({ profile, region, endpointUrl }: AwsOptions): void {
  const { env } = process;
  if (profile !== undefined) {
    env.AWS_PROFILE = profile;
    // a profile that is named goes before keys in the environment
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) {
      delete env[name];
    }
  }
  const chosen = region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  if (chosen !== undefined) {
    env.AWS_REGION = chosen;
  }
  if (endpointUrl !== undefined) {
    env.AWS_ENDPOINT_URL = endpointUrl;
    delete env.AWS_ENDPOINT_URL_S3;
  }
}
