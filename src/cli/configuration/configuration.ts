import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { cosmiconfig, getDefaultSearchPlaces } from 'cosmiconfig';
import { decodeThresholds } from './decode-thresholds';
import { unknownName } from './unknown-name';
import type { Thresholds } from '../../combiner/check/thresholds';
import { parseLocation } from '../options/coverage-location';
import { RepeatedOption } from '../options/repeated';

/** What a configuration file is named after, and the property of `package.json`. */
const NAME = 'lambda-coverage';

/** Options whose values are paths; in a file they are relative to it. */
const PATHS = ['app', 'unit', 'root', 'output'];

/** What a configuration file may hold besides options. */
const OTHERS = ['from', 'thresholds'];

export interface Configuration {
  /** Path of the file. */
  readonly file: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly thresholds: Thresholds | undefined;
}

/**
 * Reads a configuration file: the one that is named, or the first in the folder or those above it.
 *
 * @returns nothing where there is none
 * @throws Error if it cannot be read, or there are two beside each other
 */
export async function readConfiguration(named: string | undefined): Promise<Configuration | undefined> {
  const explorer = cosmiconfig(NAME, { searchStrategy: 'project' });
  let found;
  try {
    found = named === undefined ? await explorer.search() : await explorer.load(named);
  } catch (error) {
    throw new Error(`the configuration ${named === undefined ? '' : `'${named}' `}cannot be read: ${(error as Error).message.split('\n')[0]}`);
  }
  if (!found || found.isEmpty) {
    return undefined;
  }
  if (named === undefined) {
    checkAlone(found.filepath);
  }
  const { config, filepath } = found as { config: unknown; filepath: string };
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new Error(`the configuration '${filepath}' is not an object`);
  }
  const { thresholds, ...values } = config as Record<string, unknown>;
  return { file: filepath, values, thresholds: thresholds === undefined ? undefined : decodeThresholds(thresholds, 'thresholds') };
}

/** @throws Error if another file beside it configures as well */
function checkAlone(file: string): void {
  const folder = dirname(file);
  const places = getDefaultSearchPlaces(NAME).map((place) => join(folder, place));
  const others = places.filter((other) => other !== file && existsSync(other) && configures(other));
  if (others.length > 0) {
    throw new Error(`'${file}' and '${others[0]}' both configure ${NAME}; keep one, or name one with --config`);
  }
}

function configures(file: string): boolean {
  if (!file.endsWith('package.json')) {
    return true;
  }
  try {
    return Object.hasOwn(JSON.parse(readFileSync(file, 'utf8')) as object, NAME);
  } catch {
    return false;
  }
}

/**
 * Gives a command the values of a configuration that its arguments do not give. Those that are for other commands do nothing.
 *
 * @param all of the program, so that what none of them knows can be told from what is for another one
 * @throws Error that names the value
 */
export function configure(command: Command, configuration: Configuration, all: readonly Command[]): void {
  const { file, values } = configuration;
  configurations.set(command, configuration);
  const options = new Map(command.options.map((option) => [option.attributeName(), option]));
  const known = [...new Set([...all.flatMap((one) => one.options.map((option) => option.attributeName())), ...OTHERS])].sort();
  for (const [key, value] of Object.entries(values)) {
    const option = options.get(key);
    if (!known.includes(key)) {
      throw new Error(`'${key}' in '${file}' ${unknownName(key, known)}`);
    }
    const source = command.getOptionValueSource(key);
    if (option && (source === undefined || source === 'default')) {
      command.setOptionValueWithSource(key, parsed(option, value, file), 'config');
    }
  }
  setFrom(command, configuration);
}

/** What a command was configured with. */
export function configurationOf(command: Command): Configuration | undefined {
  return configurations.get(command);
}

const configurations = new WeakMap<Command, Configuration>();

/** Where coverage is, for a command that was not told on its command line. */
function setFrom(command: Command, { file, values: { from } }: Configuration): void {
  const argument = command.registeredArguments.findIndex((one) => one.name() === 'from');
  if (from === undefined || argument < 0 || command.processedArgs[argument] !== undefined) {
    return;
  }
  if (typeof from !== 'string') {
    throw new Error(`'from' in '${file}' is ${JSON.stringify(from)}, not a text`);
  }
  const location = /^[a-z0-9]+:\/\//i.test(from) ? from : resolve(dirname(file), from);
  command.processedArgs[argument] = explained(file, 'from', () => parseLocation(location));
}

function parsed(option: Option, value: unknown, file: string): unknown {
  const key = option.attributeName();
  const inFile = (text: string) => (PATHS.includes(key) ? resolve(dirname(file), text) : text);
  return explained(file, key, () => {
    if (option.isBoolean() || (option.optional && typeof value === 'boolean')) {
      if (typeof value !== 'boolean') {
        throw new InvalidArgumentError(`${JSON.stringify(value)} is not true or false`);
      }
      return value;
    }
    const isList = Array.isArray(value);
    const texts = (isList ? value as unknown[] : [value]).map((one) => (typeof one === 'number' ? String(one) : one));
    const wrong = texts.find((one) => typeof one !== 'string');
    if (wrong !== undefined) {
      throw new InvalidArgumentError(`${JSON.stringify(wrong)} is not a text`);
    }
    if (!(option instanceof RepeatedOption)) {
      return option.parseArg ? option.parseArg(inFile((texts as string[]).join(',')), undefined as never) : inFile((texts as string[]).join(','));
    }
    return (texts as string[]).reduce<unknown>((before, one) => option.parseArg!(inFile(one), before as never), undefined);
  });
}

function explained<T>(file: string, key: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new Error(`'${key}' in '${file}': ${(error as Error).message}`);
  }
}
