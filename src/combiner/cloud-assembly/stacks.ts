/** A stack of a cloud assembly. */
export interface AssemblyStack {
  /** As CloudFormation has it; of a nested stack, what it is in the assembly. */
  readonly name: string;
  /** Nothing where the app does not say. */
  readonly region?: string | undefined;
  readonly account?: string | undefined;
  readonly template: Template;
  /** Of a nested stack: where it is. */
  readonly parent?: { readonly stack: AssemblyStack; readonly logicalId: string };
}

export interface Template {
  readonly Resources?: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value?: unknown; readonly Export?: { readonly Name?: unknown } }>>;
}

export interface Resource {
  readonly Type?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** What a value of a template comes to: a text, or what CloudFormation knows since the stack is deployed. */
export type ResolvedValue =
  | { readonly text: string }
  | { readonly stack: AssemblyStack; readonly logicalId: string }
  | { readonly stack: AssemblyStack; readonly exportName: string };

/**
 * Follows the references of a value through the stacks of an assembly: to parents and nested stacks, and from import to export.
 *
 * @throws Error that names what cannot be followed
 */
export function resolveValue(value: unknown, stack: AssemblyStack, all: readonly AssemblyStack[]): ResolvedValue {
  if (typeof value === 'string') {
    if (value.startsWith('{{resolve:')) {
      throw unknown(value, stack);
    }
    return { text: value };
  }
  const [[intrinsic, argument] = ['', undefined]] = Object.entries(value as object ?? {});
  switch (intrinsic) {
    case 'Ref': return resolveReference(argument as string, stack, all);
    case 'Fn::ImportValue': return resolveImport(textOf(argument, stack, all), stack, all);
    case 'Fn::GetAtt': return resolveOutput(argument as [string, string], stack, all);
    case 'Fn::Join': {
      const [separator, parts] = argument as [string, unknown];
      if (Array.isArray(parts)) {
        return { text: parts.map((part) => textOf(part, stack, all)).join(separator) };
      }
      break;
    }
    case 'Fn::Sub': {
      if (typeof argument === 'string') {
        return { text: argument.replace(/\$\{([^!}]+)\}/g, (_, name: string) => textOf({ Ref: name }, stack, all)) };
      }
      break;
    }
  }
  throw unknown(value, stack);
}

/** @throws Error where that is known to CloudFormation only */
export function textOf(value: unknown, stack: AssemblyStack, all: readonly AssemblyStack[]): string {
  const resolved = resolveValue(value, stack, all);
  if (!('text' in resolved)) {
    throw unknown(value, stack);
  }
  return resolved.text;
}

function resolveReference(name: string, stack: AssemblyStack, all: readonly AssemblyStack[]): ResolvedValue {
  const pseudo: Record<string, string | undefined> = { 'AWS::Region': stack.region, 'AWS::AccountId': stack.account, 'AWS::Partition': 'aws', 'AWS::StackName': stack.name };
  if (pseudo[name] !== undefined) {
    return { text: pseudo[name] };
  }
  const resource = stack.template.Resources?.[name];
  if (resource) {
    const bucketName = resource.Properties?.BucketName;
    return bucketName === undefined ? { stack, logicalId: name } : resolveValue(bucketName, stack, all);
  }
  const { parent } = stack;
  const passed = (parent?.stack.template.Resources?.[parent.logicalId]?.Properties?.Parameters as Record<string, unknown> | undefined)?.[name];
  if (!parent || passed === undefined) {
    throw unknown({ Ref: name }, stack);
  }
  return resolveValue(passed, parent.stack, all);
}

/** Of a nested stack. */
function resolveOutput([logicalId, attribute]: [string, string], stack: AssemblyStack, all: readonly AssemblyStack[]): ResolvedValue {
  const nested = all.find(({ parent }) => parent?.stack === stack && parent.logicalId === logicalId);
  const output = nested?.template.Outputs?.[attribute.replace(/^Outputs\./, '')];
  if (!nested || !output) {
    throw unknown({ 'Fn::GetAtt': [logicalId, attribute] }, stack);
  }
  return resolveValue(output.Value, nested, all);
}

function resolveImport(name: string, stack: AssemblyStack, all: readonly AssemblyStack[]): ResolvedValue {
  for (const other of all.filter(({ region }) => region === stack.region)) {
    const output = Object.values(other.template.Outputs ?? {}).find(({ Export }) => Export?.Name === name);
    if (output) {
      return resolveValue(output.Value, other, all);
    }
  }
  return { stack, exportName: name };
}

function unknown(value: unknown, { name }: AssemblyStack): Error {
  return new Error(`${JSON.stringify(value)} in stack ${name} is known to CloudFormation only; name the bucket, as in s3://my-coverage-bucket`);
}
