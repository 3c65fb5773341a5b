import { type Fault, type FaultRequest, type Faults, REFUSALS, SILENCES, TRANSIENT_FAULTS } from './faults';
import { mulberry32 } from './random-numbers';

export interface FaultScheduleOptions {
  /** The chance that an outage begins with a request that comes outside of one. @default 0.3 */
  readonly probability?: number;
  /** The most requests in a row that fail alike, as those of a real outage do; the least is one. @default 4 */
  readonly longestOutage?: number;
  /** What to choose from; named twice, it comes twice as often. @default - every kind */
  readonly faults?: readonly Fault[];
  /** Which requests may fail; the others pass and do not count. @default - all */
  readonly concerns?: (request: FaultRequest) => boolean;
}

/** A fault that was chosen, for the message of a test that fails. */
export interface InjectedFault extends Pick<FaultRequest, 'method' | 'operation' | 'bucket' | 'key'> {
  /** Which of the requests that it concerned, from 1. */
  readonly ordinal: number;
  readonly fault: Fault;
}

/** A schedule of faults; itself what {@link LocalS3.faults} takes. */
export interface FaultSchedule extends Faults {
  readonly seed: number;
  /** What was chosen so far, in order. */
  readonly injected: readonly InjectedFault[];
  /** No more faults from the next request on; those that hang go on. */
  end(): void;
}

/**
 * Chooses by the seed. The fault of the n-th request depends on the seed, the options and n alone, not on the request: the same
 * requests in the same order meet the same faults, while of a client with several connections only the order may differ.
 *
 * @throws Error where the options make no schedule
 */
export function seededFaults(seed: number, options: FaultScheduleOptions = {}): FaultSchedule {
  const { probability = 0.3, longestOutage = 4, faults = [...TRANSIENT_FAULTS, ...REFUSALS, ...SILENCES], concerns = () => true } = options;
  if (!(probability >= 0 && probability <= 1)) {
    throw new Error(`probability must be between 0 and 1, not ${probability}`);
  }
  if (!Number.isInteger(longestOutage) || longestOutage < 1) {
    throw new Error(`longestOutage must be a whole number of requests from 1, not ${longestOutage}`);
  }
  if (faults.length === 0) {
    throw new Error('faults must name at least one fault');
  }
  const random = mulberry32(seed);
  const below = (bound: number): number => Math.floor(random() * bound);
  const injected: InjectedFault[] = [];
  let ended = false;
  let ordinal = 0;
  let outage: { readonly fault: Fault; left: number } | undefined;

  const choose = (request: FaultRequest): Fault | undefined => {
    if (ended || !concerns(request)) {
      return undefined;
    }
    ordinal++;
    if (!outage?.left) {
      outage = random() < probability ? { fault: faults[below(faults.length)], left: 1 + below(longestOutage) } : undefined;
    }
    if (!outage) {
      return undefined;
    }
    outage.left--;
    const { method, operation, bucket, key } = request;
    injected.push({ ordinal, fault: outage.fault, method, operation, bucket, key });
    return outage.fault;
  };
  return Object.assign(choose, { seed, injected, end: () => { ended = true; } });
}
