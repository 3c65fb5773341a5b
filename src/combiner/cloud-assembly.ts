import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow } from './files-below';
import { isVendored } from './original-path';
import type { MergedScript } from './raw-merge';
import { decodeEnvironment, Variable } from '../contract/environment';

/** What a synthesized app tells about the functions that coverage is attached to. */
export interface CloudAssembly {
  readonly functions: readonly AttachedFunction[];
  /** The text of the files of their assets, by content: source maps that were not deployed are among them. */
  readonly contents: ReadonlyMap<string, Buffer>;
}

export interface AttachedFunction {
  /** Where it is in the template: stack and logical id. */
  readonly name: string;
  /** Its scripts as if none of them had run. */
  readonly scripts: readonly MergedScript[];
}

interface Template {
  readonly Resources?: Record<string, { Type?: string; Properties?: FunctionProperties }>;
}

interface FunctionProperties {
  readonly Code?: { S3Key?: unknown };
  readonly Environment?: { Variables?: Record<string, unknown> };
}

interface AssetManifest {
  readonly files?: Record<string, { source?: { path?: string } }>;
}

/**
 * Reads the folder that `cdk synth` wrote, nested assemblies of stages included.
 *
 * @throws Error if the folder is not a cloud assembly
 */
export function readCloudAssembly(folder: string): CloudAssembly {
  if (!existsSync(join(folder, 'manifest.json'))) {
    throw new Error(`'${folder}' is not a cloud assembly: it has no manifest.json; name the folder that cdk synth wrote, such as cdk.out`);
  }
  const functions: AttachedFunction[] = [];
  const contents = new Map<string, Buffer>();
  for (const file of templates(folder)) {
    const template = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Template;
    const stack = file.replace(/(\.nested)?\.template\.json$/, '');
    for (const [logicalId, { Type, Properties }] of Object.entries(template.Resources ?? {})) {
      const variables = Properties?.Environment?.Variables;
      if (Type === 'AWS::Lambda::Function' && variables && Variable.HANDLER in variables) {
        const asset = assetFolder(folder, Properties!);
        functions.push({ name: `${stack}/${logicalId}`, scripts: asset ? scriptsOf(asset, variables, contents) : [] });
      }
    }
  }
  for (const nested of readdirSync(folder).filter((name) => name.startsWith('assembly-') && existsSync(join(folder, name, 'manifest.json')))) {
    const inner = readCloudAssembly(join(folder, nested));
    functions.push(...inner.functions);
    inner.contents.forEach((content, hash) => contents.set(hash, content));
  }
  return { functions, contents };
}

function templates(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.template.json')).sort();
}

/** The folder of a function's code: the template names it by hash, and the asset manifests know where it is. */
function assetFolder(assembly: string, properties: FunctionProperties): string | undefined {
  const key = properties.Code?.S3Key;
  const hash = typeof key === 'string' ? /^(?:.*\/)?([0-9a-f]{64})\.zip$/.exec(key)?.[1] : undefined;
  if (hash === undefined) {
    return undefined;
  }
  for (const name of readdirSync(assembly).filter((file) => file.endsWith('.assets.json'))) {
    const manifest = JSON.parse(readFileSync(join(assembly, name), 'utf8')) as AssetManifest;
    const path = manifest.files?.[hash]?.source?.path;
    const folder = path === undefined ? undefined : join(assembly, path);
    if (folder && existsSync(folder) && statSync(folder).isDirectory()) {
      return folder;
    }
  }
  return undefined;
}

function scriptsOf(folder: string, variables: Record<string, unknown>, contents: Map<string, Buffer>): MergedScript[] {
  const texts = Object.fromEntries(Object.entries(variables).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  const { settings: { include, exclude, branchCoverage } } = decodeEnvironment(texts);
  const keep = (file: string) => {
    const content = readFileSync(file);
    const hash = createHash('sha256').update(content).digest('hex');
    contents.set(hash, content);
    return hash;
  };
  return filesBelow(folder).filter((path) => /\.[cm]?js$/.test(path) && !isVendored(path)).map((path) => {
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
      lambdaFunctions: new Map<string, string>(),
    };
  });
}
