import { CloudFormationClient, DescribeStackResourceCommand, GetTemplateCommand, ListExportsCommand } from '@aws-sdk/client-cloudformation';
import type { AssemblyStack, ResolvedValue, Template } from '../combiner/cloud-assembly/stacks';
import { StoreError } from '../combiner/stores/store';

/** What CloudFormation knows of deployed stacks. */
export class DeployedResources {
  private readonly clients = new Map<string | undefined, CloudFormationClient>();

  /** @throws StoreError if the stack is not deployed, or may not be asked */
  public async physicalName(value: ResolvedValue): Promise<string> {
    if ('text' in value) {
      return value.text;
    }
    return 'logicalId' in value ? this.physicalId(value.stack, value.logicalId) : this.exported(value.stack, value.exportName);
  }

  /**
   * The template that a stack is deployed with.
   *
   * @throws StoreError as `physicalName` does, and SyntaxError where it is YAML, which the AWS CDK does not write
   */
  public async template(stack: AssemblyStack): Promise<Template> {
    const StackName = stack.parent ? await this.physicalId(stack.parent.stack, stack.parent.logicalId) : stack.name;
    const { TemplateBody } = await this.call('cloudformation:GetTemplate', stack, (client) => client.send(new GetTemplateCommand({ StackName })), TEMPLATE);
    return JSON.parse(TemplateBody!) as Template;
  }

  private async physicalId(stack: AssemblyStack, logicalId: string): Promise<string> {
    // a nested stack is named when it is deployed
    const name = stack.parent ? await this.physicalId(stack.parent.stack, stack.parent.logicalId) : stack.name;
    const { StackResourceDetail } = await this.call('cloudformation:DescribeStackResource', stack, (client) =>
      client.send(new DescribeStackResourceCommand({ StackName: name, LogicalResourceId: logicalId })));
    return StackResourceDetail!.PhysicalResourceId!;
  }

  private async exported(stack: AssemblyStack, exportName: string): Promise<string> {
    let token: string | undefined;
    do {
      const { Exports = [], NextToken } = await this.call('cloudformation:ListExports', stack, (client) => client.send(new ListExportsCommand({ NextToken: token })));
      const found = Exports.find(({ Name }) => Name === exportName);
      if (found) {
        return found.Value!;
      }
      token = NextToken;
    } while (token !== undefined);
    throw new StoreError(`the export '${exportName}', which stack ${stack.name} imports, does not exist; deploy the stack that exports it, or name the bucket`);
  }

  private async call<T>(
    action: string, { name, region }: AssemblyStack, send: (client: CloudFormationClient) => Promise<T>, wanted = BUCKET,
  ): Promise<T> {
    const client = this.clients.get(region) ?? new CloudFormationClient({ maxAttempts: 4, ...(region !== undefined && { region }) });
    this.clients.set(region, client);
    try {
      return await send(client);
    } catch (error) {
      throw explained(error as Error, action, wanted, `stack ${name}${region === undefined ? '' : ` in ${region}`}`);
    }
  }
}

/** What CloudFormation is asked for, and what else can be done. */
interface Wanted {
  readonly what: string;
  readonly instead: readonly string[];
}

const BUCKET: Wanted = { what: 'bucket', instead: ['or name the bucket, as in s3://my-coverage-bucket'] };
const TEMPLATE: Wanted = { what: 'template', instead: [] };

function explained({ name, message }: Error, action: string, { what, instead }: Wanted, stack: string): StoreError {
  const advice = (...todo: string[]) => [...todo, ...instead].join(', ');
  switch (name) {
    case 'CredentialsProviderError':
      return new StoreError(`no AWS credentials were found to ask for the ${what} of ${stack}; ${advice('set AWS_PROFILE', 'log in with `aws sso login`')}`);
    case 'AccessDenied':
    case 'AccessDeniedException':
      return new StoreError(`the ${what} of ${stack} is not known (${action} is denied); ${advice(`the credentials need ${action}`)}`);
    case 'ExpiredToken':
    case 'ExpiredTokenException':
      return new StoreError('the AWS credentials have expired; log in again');
    case 'ValidationError':
      return new StoreError(`the ${what} of ${stack} is not known: ${message}; ${advice('deploy it', 'check region and account of the credentials')}`);
    default:
      return /Region is missing/.test(message)
        ? new StoreError(`the region of ${stack} is not known; ${advice('set AWS_REGION')}`)
        : new StoreError([`the ${what} of ${stack} is not known: ${action} failed: ${message || name}`, ...instead].join('; '));
  }
}
