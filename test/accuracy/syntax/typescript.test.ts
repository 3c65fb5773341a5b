import { TYPESCRIPT } from './programs/typescript';
import { testSameAsIstanbul } from './same-as-istanbul';

describe('TypeScript', () => testSameAsIstanbul(TYPESCRIPT));
