/// <reference lib="esnext.disposable" preserve="true" />
import { CoverageConfig, type CoverageConfigOptions } from './coverage-config';
import { ownCollection } from './own-collection';
import { readSettings } from './process-settings';
import { badInput } from '../../../contract/bad-input';
import type { ProcessCollection } from '../process-collection';

/**
 * Coverage of a block of code: between `start` and `stop`, or of a function that `run` calls.
 *
 * Where invocations are collected (`CoverageLayer.attachTo`, `coverageHandler`), they still are, and the block is an object of its own,
 * which is uploaded with the invocation. Elsewhere only blocks are uploaded: by `stop`, `run`, or the end of an `await using`. V8 counts
 * blocks of code in functions that it compiled after coverage began, which is with the first context: make it while the module loads.
 *
 * Errors of the block are propagated. Errors of coverage are logged, and nothing here throws them.
 *
 * Counters belong to the process: what runs at the same time as the block counts in it.
 *
 * Mirrors `CoverageContext` of the reference.
 */
export class CoverageContext {
  private readonly config?: CoverageConfig;
  private collection?: ProcessCollection;
  private open = 0;

  /**
   * Starts the counting, where it has not been started in this process; the first one decides the configuration.
   *
   * @param config by default what the environment variables say
   * @throws CoverageError if a value of the configuration cannot be used
   */
  public constructor(config?: CoverageConfigOptions) {
    this.config = config === undefined ? undefined : new CoverageConfig(config);
    this.collection = ownCollection(this.config);
  }

  /** Begins the block. A block that is begun twice has to be ended twice. */
  public start(): this {
    this.collection ??= ownCollection(this.config);
    try {
      if (this.collection) {
        this.collection.beginBlock();
        this.open++;
      }
    } catch (error) {
      this.report(error as Error);
    }
    return this;
  }

  /** Ends the block, and resolves when its coverage is uploaded or given up. Does nothing where no block was begun. Never rejects. */
  public async stop(): Promise<void> {
    if (this.open === 0) {
      return;
    }
    this.open--;
    try {
      await this.collection!.endBlock();
    } catch (error) {
      this.report(error as Error);
    }
  }

  /**
   * Runs a function as the block: at once, whether it is sync or async.
   *
   * @returns what the function returns or resolves to, when the block has been ended
   * @throws what the function throws or rejects with
   */
  public async run<T>(fn: () => T | PromiseLike<T>): Promise<T> {
    if (typeof fn !== 'function') {
      throw badInput('fn', fn, 'is not a function; pass the code to cover, as in context.run(() => work())');
    }
    this.start();
    try {
      return await fn();
    } finally {
      await this.stop();
    }
  }

  /** Ends the block, so that `await using` may declare it. Not there where Node.js does not know the symbol, before 18.18. */
  public async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  private report(error: Error): void {
    readSettings().log.error('CoverageError', error.message, {});
  }
}

if (!Symbol.asyncDispose) {
  Reflect.deleteProperty(CoverageContext.prototype, 'undefined');
}
