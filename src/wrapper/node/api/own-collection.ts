import type { CoverageConfig } from './coverage-config';
import { readSettings } from './process-settings';
import { stringify } from '../platform';
import { processCollection, type ProcessCollection } from '../process-collection';
import { startCollection } from '../start-collection';

/** The settings that coverage could not be started with: what fails is tried and told once. */
const tried = new Set<string>();

/**
 * The collection of this process: the one that runs, whoever started it, or else a new one. Never throws.
 *
 * @returns nothing where coverage is not collected, which has been logged
 */
export function ownCollection(config?: CoverageConfig): ProcessCollection | undefined {
  const { environment, settings, log } = readSettings(config);
  try {
    const running = processCollection();
    const wanted = stringify(settings);
    if (running) {
      if (config !== undefined && wanted !== stringify(running.settings)) {
        log.warning('the configuration of a CoverageContext is not used: coverage runs in this process already, with another one', { configured: config });
      }
      return running;
    }
    // where the wrapper in the layer did not start coverage, it was told why, or this execution environment is not sampled
    if (settings.handler !== undefined || tried.has(wanted)) {
      return undefined;
    }
    tried.add(wanted);
    return startCollection({ environment, settings, log });
  } catch (error) {
    log.error('CoverageInitializationError', (error as Error).message, {});
    return undefined;
  }
}
