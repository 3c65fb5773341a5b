import { ASYNCHRONOUS } from './programs/asynchronous';
import { testSameAsIstanbul } from './same-as-istanbul';

describe('awaits and yields, what follows them above all', () => testSameAsIstanbul(ASYNCHRONOUS));
