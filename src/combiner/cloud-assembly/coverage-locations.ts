import type { AttachedFunction, CloudAssembly } from './cloud-assembly';
import { resolveValue, textOf, type AssemblyStack, type ResolvedValue } from './stacks';
import { Variable } from '../../contract/environment';
import { DEFAULT_PREFIX } from '../../contract/object-keys';

/** Where attached functions upload to. */
export interface AssemblyLocation {
  readonly bucket: ResolvedValue;
  readonly prefix: string;
  /** The stack of one of the functions. */
  readonly stack: AssemblyStack;
}

/**
 * Where the attached functions of an app upload to, each place once.
 *
 * @throws Error if no coverage is attached to any, or that cannot be told from the templates
 */
export function coverageLocations({ functions, stacks }: CloudAssembly): AssemblyLocation[] {
  if (functions.length === 0) {
    throw new Error('no function of the cloud assembly has coverage attached; attach a CoverageLayer and synthesize again');
  }
  const locations = new Map<string, AssemblyLocation>();
  for (const { stack, variables } of functions) {
    const bucket = resolveValue(bucketOf({ stack, variables }), stack, stacks);
    const prefix = variables[Variable.PREFIX] === undefined ? DEFAULT_PREFIX : textOf(variables[Variable.PREFIX], stack, stacks);
    locations.set(JSON.stringify([identity(bucket), prefix]), { bucket, prefix, stack });
  }
  return [...locations.values()];
}

function bucketOf({ stack, variables }: Pick<AttachedFunction, 'stack' | 'variables'>): unknown {
  const bucket = variables[Variable.BUCKET];
  if (bucket === undefined) {
    throw new Error(`a function of stack ${stack.name} has ${Variable.HANDLER}, but no ${Variable.BUCKET}`);
  }
  return bucket;
}

function identity(value: ResolvedValue): unknown {
  return 'text' in value ? value.text : [value.stack.name, value.stack.region, 'logicalId' in value ? value.logicalId : value.exportName];
}
