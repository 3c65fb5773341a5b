import type { IConstruct } from 'constructs';
import type { Attachment } from './attach';
import { errorAt } from './errors';
import { useInstrumentedCode, type InstrumentationOptions } from './instrumented-asset';
import { NODE } from './languages';
import { warn } from './warnings';
import type { EngineName } from '../contract/environment';
import { CoverageEngine } from '../coverage-engine';

const WARNING = 'cdk-lambda-coverage:engine';

/** TypeScript takes no other, JavaScript does. @throws Error that names the construct and the allowed values */
export function checkedEngine(scope: IConstruct, engine: CoverageEngine): CoverageEngine {
  const engines = Object.values(CoverageEngine);
  if (!engines.includes(engine)) {
    throw errorAt(scope, `engine is ${JSON.stringify(engine)}; give one of ${engines.map((name) => `'${name}'`).join(', ')}`);
  }
  return engine;
}

/**
 * Makes the code of a function what the engine needs.
 *
 * @returns what counts in it, where its language has more than one that could
 * @throws Error that names the function and says why its code cannot have counters, where it has to
 */
export function applyEngine({ target, language }: Attachment, engine: CoverageEngine, options: InstrumentationOptions): EngineName | undefined {
  if (language !== NODE) {
    return undefined;
  }
  if (engine === CoverageEngine.V8) {
    return 'v8';
  }
  try {
    useInstrumentedCode(target, options);
    return 'instrumented';
  } catch (error) {
    const reason = `counters cannot be built into its code: ${(error as Error).message}`;
    if (engine === CoverageEngine.INSTRUMENTED) {
      throw errorAt(target.construct, `${reason}; or attach it with engine: CoverageEngine.V8`);
    }
    warn(target.construct, WARNING, `${reason}; V8 counts instead, which costs more CPU time, as with engine: CoverageEngine.V8`);
    return 'v8';
  }
}
