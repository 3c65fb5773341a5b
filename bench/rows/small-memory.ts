import { coldStart } from './cold-start';
import { warmInvocation } from './warm-invocation';
import type { Row } from '../row';

/** The least that Lambda has. */
const MEMORY_SIZE = 128;
const LIMITED = `As above, in a function of ${MEMORY_SIZE} MB: a control group gives it the 7.2 % of a processor that Lambda does, in periods of 20 ms (Lambda's are not documented).`;

/** Where the processor is the bottleneck. Starting takes seconds there, so repetitions are fewer. */
export const coldStartOfSmallMemory: Row = {
  ...coldStart,
  name: 'cold-start-128-mb',
  title: `Cold start, ${MEMORY_SIZE} MB`,
  about: `${LIMITED} Init is limited as well, which makes this the worst case: AWS does not say what init gets, and others who measured it found that it is more.`,
  variants: ['plain', 'node-coverage', 'layer', 'ours', 'built-in'],
  subjects: ['orders'],
  memorySize: MEMORY_SIZE,
  plan: {
    full: { rounds: 5, repetitions: 4, warmUps: 0 },
    quick: { rounds: 1, repetitions: 2, warmUps: 0 },
  },
};

export const warmInvocationOfSmallMemory: Row = {
  ...warmInvocation,
  name: 'warm-invocation-128-mb',
  title: `Warm invocation, ${MEMORY_SIZE} MB`,
  about: LIMITED,
  variants: ['plain', 'node-coverage-taken', 'ours', 'ours-on-change', 'built-in'],
  subjects: ['orders', 'small'],
  memorySize: MEMORY_SIZE,
  plan: {
    full: { rounds: 5, repetitions: 10, warmUps: 3 },
    quick: { rounds: 1, repetitions: 5, warmUps: 2 },
  },
};
