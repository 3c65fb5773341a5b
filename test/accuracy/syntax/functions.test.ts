import { FUNCTIONS } from './programs/functions';
import { testSameAsIstanbul } from './same-as-istanbul';

describe('functions and classes', () => testSameAsIstanbul(FUNCTIONS));
