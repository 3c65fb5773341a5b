import type { Row } from '../row';
import { coldStart } from './cold-start';
import { cpuBound } from './cpu-bound';
import { faults } from './faults';
import { ioBound } from './io-bound';
import { memory } from './memory';
import { requests } from './requests';
import { coldStartOfSmallMemory, warmInvocationOfSmallMemory } from './small-memory';
import { warmInvocation } from './warm-invocation';

/** In the order of the table. */
export const ROWS: readonly Row[] = [
  coldStart, coldStartOfSmallMemory, warmInvocation, warmInvocationOfSmallMemory, ioBound, cpuBound, memory, requests, faults,
];
