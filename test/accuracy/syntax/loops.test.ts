import { LOOPS } from './programs/loops';
import { testSameAsIstanbul } from './same-as-istanbul';

describe('loops, jumps and exceptions', () => testSameAsIstanbul(LOOPS));
