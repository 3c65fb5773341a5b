import { BRANCHES } from './programs/branches';
import { testSameAsIstanbul } from './same-as-istanbul';

describe('conditionals', () => testSameAsIstanbul(BRANCHES));
