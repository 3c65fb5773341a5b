import { Command, Option } from 'commander';
import { readCloudAssembly, type CloudAssembly } from '../../combiner/cloud-assembly/cloud-assembly';
import type { AssemblyStack } from '../../combiner/cloud-assembly/stacks';
import { combine } from '../../combiner/combine';
import type { CoverageStore } from '../../combiner/stores/store';
import { parseRawCoverageKey } from '../../contract/object-keys';
import { DeployedResources } from '../deployed-resources';
import { addAwsOptions, applyAwsOptions, type AwsOptions } from '../options/aws-options';
import { openLocation, openLocationsOf, type CoverageLocation } from '../options/coverage-location';
import { fromArgument } from '../options/coverage-options';
import { printable } from '../terminal/printable';
import { wrapped } from '../terminal/wrapped';

interface DoctorOptions extends AwsOptions {
  readonly app?: string;
  readonly json?: boolean;
}

interface Finding {
  readonly status: 'ok' | 'note' | 'problem';
  readonly message: string;
  /** What to do. */
  readonly fix?: string;
}

/** What findings begin with stands before so many columns. */
const INDENT = 8;
/** So many of the newest objects are read. */
const MOST_READ = 50;
const MAX_NOTES = 20;

export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description('Find out why there is no coverage, or less than expected')
    .addArgument(fromArgument())
    .addOption(new Option('-a, --app <folder>', 'cloud assembly, such as cdk.out: tells the bucket and which functions have coverage attached'));
  return addAwsOptions(command)
    .addOption(new Option('--json', 'print the findings as JSON'))
    .addHelpText('after', `
Examples:
  $ lambda-coverage doctor --app cdk.out
  $ lambda-coverage doctor s3://my-coverage-bucket

Exit codes: 0 no problem was found, 1 there is one, 2 wrong usage.
`)
    .action(async (from: CoverageLocation | undefined, options: DoctorOptions) => {
      if (from === undefined && options.app === undefined) {
        command.error("error: missing required argument 'from'; name a bucket or a folder, or the cloud assembly with --app");
      }
      applyAwsOptions(options);
      const findings = await examine(from, options.app);
      if (options.json) {
        console.log(JSON.stringify(findings, undefined, 2));
      } else {
        findings.forEach(({ status, message, fix }) => {
          const lines = [...wrapped(printable(message), INDENT), ...(fix === undefined ? [] : wrapped(printable(fix), INDENT))];
          console.log(`${(status === 'problem' ? 'PROBLEM' : status).padEnd(INDENT)}${lines.join(`\n${' '.repeat(INDENT)}`)}`);
        });
      }
      if (findings.some(({ status }) => status === 'problem')) {
        process.exitCode = 1;
      }
    });
}

/** Each step needs the ones before: where one finds a problem that the others would only repeat, it is the last. */
async function examine(from: CoverageLocation | undefined, app: string | undefined): Promise<Finding[]> {
  const findings: Finding[] = [];
  try {
    const assembly = app === undefined ? undefined : readCloudAssembly(app);
    if (assembly) {
      findings.push(attached(assembly, app!));
    }
    const store = from === undefined ? await openLocationsOf(assembly!) : openLocation(from);
    const objects = await list(store);
    findings.push(listed(store, objects));
    if (objects.size === 0) {
      return findings;
    }
    if (assembly) {
      findings.push(...await invoked(assembly, objects));
    }
    findings.push(...await read(store, objects, assembly));
  } catch (error) {
    findings.push({ status: 'problem', message: (error as Error).message });
  }
  return findings;
}

function attached({ functions }: CloudAssembly, app: string): Finding {
  return functions.length > 0
    ? { status: 'ok', message: `${functions.length} functions of ${app} have coverage attached` }
    : { status: 'problem', message: `no function of ${app} has coverage attached`, fix: 'call attachTo of a CoverageLayer for them, check that enabled is not false, and synthesize again' };
}

/** The keys of the raw objects, by names of functions. */
async function list(store: CoverageStore): Promise<Map<string, string[]>> {
  const objects = new Map<string, string[]>();
  for await (const key of store.rawKeys()) {
    const name = parseRawCoverageKey(key)?.functionName ?? '';
    objects.set(name, [...objects.get(name) ?? [], key]);
  }
  return objects;
}

function listed(store: CoverageStore, objects: ReadonlyMap<string, readonly string[]>): Finding {
  const keys = [...objects.values()].flat();
  if (keys.length === 0) {
    return {
      status: 'problem',
      message: `${store.location} can be listed, and holds no coverage`,
      fix: 'invoke an attached function and wait some seconds. If it was invoked: is it deployed with the layer, does it reach S3 (a VPC needs a route or an endpoint), '
        + 'is the prefix the same? Its log has a JSON line of the wrapper where something failed',
    };
  }
  const newest = keys.flatMap((key) => parseRawCoverageKey(key)?.day ?? []).sort().at(-1);
  return { status: 'ok', message: `${store.location}: ${keys.length} objects of ${objects.size} functions${newest === undefined ? '' : `, the newest of ${newest}`}` };
}

/** Whether each attached function has uploaded something, by the name that CloudFormation gave it. */
async function invoked({ functions }: CloudAssembly, objects: ReadonlyMap<string, readonly string[]>): Promise<Finding[]> {
  const deployed = new DeployedResources();
  const findings: Finding[] = [];
  for (const { name, stack } of functions) {
    let physical: string;
    try {
      physical = await deployed.physicalName({ stack, logicalId: name.slice(stack.name.length + 1) });
    } catch (error) {
      findings.push({ status: 'note', message: `whether ${name} has uploaded coverage is not known: ${(error as Error).message}` });
      continue;
    }
    findings.push(objects.has(physical)
      ? { status: 'ok', message: `${name} (${physical}) has uploaded ${objects.get(physical)!.length} objects` }
      : { status: 'problem', message: `${name} (${physical}) has uploaded nothing`, fix: await whyNothing(deployed, stack, name.slice(stack.name.length + 1)) });
  }
  return findings;
}

/** What to do about an attached function that has uploaded nothing. */
async function whyNothing(deployed: DeployedResources, stack: AssemblyStack, logicalId: string): Promise<string> {
  let unknown = '';
  try {
    const { Handler, Layers } = (await deployed.template(stack)).Resources?.[logicalId]?.Properties ?? {};
    const { Handler: attachedHandler } = stack.template.Resources![logicalId]!.Properties ?? {};
    if (Handler !== attachedHandler || !Array.isArray(Layers) || Layers.length === 0) {
      return `it is deployed without coverage: its handler is '${String(Handler)}'; deploy stack ${stack.name} again`;
    }
  } catch (error) {
    unknown = `. Whether it is deployed with its layer is not known: ${printable((error as Error).message)}`;
  }
  return `was it invoked since it has the layer? Its log has a JSON line of the wrapper where something failed${unknown}`;
}

/** Reads and converts the newest objects: rights, damaged objects, sources and source maps that are missing. */
async function read(store: CoverageStore, objects: ReadonlyMap<string, readonly string[]>, assembly: CloudAssembly | undefined): Promise<Finding[]> {
  const dayOf = (key: string) => parseRawCoverageKey(key)?.day ?? '';
  const keys = [...objects.values()].flat().sort((a, b) => (dayOf(a) < dayOf(b) ? 1 : -1)).slice(0, MOST_READ);
  const some: CoverageStore = {
    location: store.location,
    rawKeys: async function* () {
      yield* keys;
    },
    read: async (key, limit) => store.read(key, limit),
    source: async (hash) => store.source(hash),
  };
  const { filesProcessed, filesSkipped, errors, coverage } = await combine(some, { assembly });
  const { lines } = coverage.getCoverageSummary();
  return [
    filesSkipped > 0
      ? { status: 'problem', message: `${filesSkipped} of the newest ${keys.length} objects cannot be read` }
      : { status: 'ok', message: `the newest ${keys.length} objects can be read` },
    coverage.files().length > 0
      ? { status: 'ok', message: `${filesProcessed} of them tell of ${coverage.files().length} files: ${lines.covered} of ${lines.total} lines are covered` }
      : { status: 'problem', message: 'nothing can be reported of them', fix: 'the notes say why' },
    ...errors.slice(0, MAX_NOTES).map((message): Finding => ({ status: 'note', message })),
    ...(errors.length > MAX_NOTES ? [{ status: 'note', message: `and ${errors.length - MAX_NOTES} more` } as const] : []),
  ];
}
