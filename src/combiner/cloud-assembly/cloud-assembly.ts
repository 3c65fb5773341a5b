import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { AssemblyStack, Resource, Template } from './stacks';
import { TABLE_FOLDER, type CounterTable } from '../../contract/counter-table';
import { decodeEnvironment, Variable } from '../../contract/environment';
import { isVendored } from '../../conversion/original-path';
import { sha256 } from '../../conversion/sha256';
import { filesBelow } from '../files-below';
import type { MergedCounters } from '../merging/counter-merge';
import type { MergedScript } from '../merging/raw-merge';

/** What a synthesized app tells about the functions that coverage is attached to. */
export interface CloudAssembly {
  readonly stacks: readonly AssemblyStack[];
  readonly functions: readonly AttachedFunction[];
  /** The text of the files of their assets, by content: source maps that were not deployed are among them. */
  readonly contents: ReadonlyMap<string, Buffer>;
}

export interface AttachedFunction {
  /** Where it is in the template: stack and logical id. */
  readonly name: string;
  readonly stack: AssemblyStack;
  /** As the template has them: texts and references. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Its scripts as if none of them had run. */
  readonly scripts: readonly MergedScript[];
  /** Those of its scripts that have counters, as if none of them had run. */
  readonly counters: readonly MergedCounters[];
  /** Of a function in Python, which has no scripts: where its files are. */
  readonly python?: PythonPackage;
}

/** The code of a function in Python. */
export interface PythonPackage {
  /** Absolute path. */
  readonly folder: string;
  /** Such as `3.13`. */
  readonly version: string;
  /** The function's own. */
  readonly handler: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly branchCoverage: boolean;
}

interface AssetManifest {
  readonly files?: Record<string, { source?: { path?: string } }>;
}

interface Artifact {
  readonly type?: string;
  readonly environment?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

interface Manifest {
  readonly artifacts?: Readonly<Record<string, Artifact>>;
}

/**
 * Reads the folder that `cdk synth` wrote: its stacks with their nested stacks, and the assemblies of its stages. What the
 * manifest does not name is left from an earlier synthesis.
 *
 * @throws Error if the folder is not a cloud assembly, or a file of it is damaged
 */
export function readCloudAssembly(folder: string): CloudAssembly {
  if (!existsSync(join(folder, 'manifest.json'))) {
    throw new Error(`'${folder}' is not a cloud assembly: it has no manifest.json; name the folder that cdk synth wrote, such as cdk.out`);
  }
  const manifest = readJson<Manifest>(join(folder, 'manifest.json'));
  const named = (type: string, property: string) => Object.values(manifest.artifacts ?? {})
    .filter((artifact) => artifact.type === type)
    .map((artifact) => String(artifact.properties?.[property]));
  const assets = new Map(named('cdk:asset-manifest', 'file').flatMap((file) =>
    Object.entries(readJson<AssetManifest>(join(folder, file)).files ?? {}).map(([hash, { source }]) => [hash, source?.path ?? ''] as const)));
  const stacks = readStacks(folder, manifest, assets);
  const functions: AttachedFunction[] = [];
  const contents = new Map<string, Buffer>();
  for (const stack of stacks) {
    for (const [logicalId, { Type, Properties }] of Object.entries(stack.template.Resources ?? {})) {
      const variables = (Properties?.Environment as { Variables?: Record<string, unknown> } | undefined)?.Variables;
      if (Type === 'AWS::Lambda::Function' && variables && Variable.HANDLER in variables) {
        const code = codeFolder(folder, assets, Properties!);
        const own = code ? codeOf(code, Properties!, variables, contents) : { scripts: [], counters: [] };
        functions.push({ name: `${stack.name}/${logicalId}`, stack, variables, ...own });
      }
    }
  }
  for (const nested of named('cdk:cloud-assembly', 'directoryName')) {
    const inner = readCloudAssembly(join(folder, nested));
    stacks.push(...inner.stacks);
    functions.push(...inner.functions);
    inner.contents.forEach((content, hash) => contents.set(hash, content));
  }
  return { stacks, functions, contents };
}

/** The stacks of an assembly, each followed by those that are nested in it. */
function readStacks(folder: string, manifest: Manifest, assets: ReadonlyMap<string, string>): AssemblyStack[] {
  const files = Object.entries(manifest.artifacts ?? {}).filter(([, { type }]) => type === 'aws:cloudformation:stack');
  return files.sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([id, { environment = '', properties }]) => {
    const [, account, region] = /^aws:\/\/([^/]+)\/(.+)$/.exec(environment) ?? [];
    return withNested(folder, assets, {
      name: String(properties?.stackName ?? id),
      account: account === 'unknown-account' ? undefined : account,
      region: region === 'unknown-region' ? undefined : region,
      template: readJson<Template>(join(folder, String(properties?.templateFile))),
    });
  });
}

function withNested(folder: string, assets: ReadonlyMap<string, string>, stack: AssemblyStack): AssemblyStack[] {
  const nested = Object.entries(stack.template.Resources ?? {}).flatMap(([logicalId, resource]) => {
    const file = nestedTemplate(resource, assets);
    return file === undefined ? [] : withNested(folder, assets, {
      ...stack, name: file.replace(/\.nested\.template\.json$/, ''), template: readJson<Template>(join(folder, file)), parent: { stack, logicalId },
    });
  });
  return [stack, ...nested];
}

/** The address of a nested stack's template ends with the hash of an asset. */
function nestedTemplate({ Type, Properties }: Resource, assets: ReadonlyMap<string, string>): string | undefined {
  const hash = Type === 'AWS::CloudFormation::Stack' ? /([0-9a-f]{64})\.json"/.exec(JSON.stringify(Properties?.TemplateURL ?? ''))?.[1] : undefined;
  const file = hash === undefined ? undefined : assets.get(hash);
  return file?.endsWith('.nested.template.json') ? file : undefined;
}

function readJson<T>(file: string): T {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}; synthesize again`);
  }
}

/** The folder of a function's code: the template names it by hash, and the asset manifests know where it is. */
function codeFolder(assembly: string, assets: ReadonlyMap<string, string>, properties: Readonly<Record<string, unknown>>): string | undefined {
  const key = (properties.Code as { S3Key?: unknown } | undefined)?.S3Key;
  const hash = typeof key === 'string' ? /^(?:.*\/)?([0-9a-f]{64})\.zip$/.exec(key)?.[1] : undefined;
  const path = hash === undefined ? undefined : assets.get(hash);
  const folder = path === undefined ? undefined : join(assembly, path);
  return folder && existsSync(folder) && statSync(folder).isDirectory() ? folder : undefined;
}

function codeOf(
  folder: string, { Runtime }: Readonly<Record<string, unknown>>, variables: Record<string, unknown>, contents: Map<string, Buffer>,
): Pick<AttachedFunction, 'scripts' | 'counters' | 'python'> {
  const texts = Object.fromEntries(Object.entries(variables).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  const { settings: { include, exclude, branchCoverage, handler = '' } } = decodeEnvironment(texts);
  const version = typeof Runtime === 'string' ? /^python(3\.\d+)$/.exec(Runtime)?.[1] : undefined;
  if (version !== undefined) {
    return { scripts: [], counters: [], python: { folder: resolve(folder), version, handler, include, exclude, branchCoverage } };
  }
  const keep = (file: string) => {
    const content = readFileSync(file);
    const hash = sha256(content);
    contents.set(hash, content);
    return hash;
  };
  const lambdaFunctions = new Map<string, string>();
  const tables = filesBelow(folder).filter((path) => path.startsWith(`${TABLE_FOLDER}/`));
  const counters = tables.map((path) => ({ table: keep(join(folder, path)), include, exclude, branchCoverage, values: [], lambdaFunctions }));
  const counted = new Set(tables.map((path) => readJson<Partial<CounterTable>>(join(folder, path)).script));
  const scripts = filesBelow(folder).filter((path) => /\.[cm]?js$/.test(path) && !isVendored(path) && !counted.has(path)).map((path) => {
    const map = join(folder, `${path}.map`);
    return {
      path,
      sha256: keep(join(folder, path)),
      ...(existsSync(map) && { sourceMap: keep(map) }),
      wrapperLength: 0,
      include,
      exclude,
      branchCoverage,
      functions: [],
      lambdaFunctions,
    };
  });
  return { scripts, counters };
}
