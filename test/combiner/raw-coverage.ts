import { RAW_COVERAGE_VERSION, type RawCoverageMetadata, type V8RawCoverage } from '../../src/contract/raw-coverage';

const METADATA: RawCoverageMetadata = {
  functionName: 'orders',
  functionVersion: '$LATEST',
  requestId: '8f3c0a0e-8f1e-4f0e-9a43-7d2a5f1b6c01',
  environmentId: '0123456789ab',
  sequence: 0,
  timestamp: '2026-01-31T12:00:00.000Z',
  phase: 'init',
  runtime: 'AWS_Lambda_nodejs20.x',
  engine: '11.3.244.8-node.33',
  layerVersion: '1.0.0',
  include: [],
  exclude: [],
  branchCoverage: true,
};

/** A raw object as a wrapper uploads it, but for what is given. */
export function rawCoverage({ result = [], omitted = [], ...metadata }: Partial<RawCoverageMetadata & Pick<V8RawCoverage, 'result' | 'omitted'>> = {}): V8RawCoverage {
  return { version: RAW_COVERAGE_VERSION, kind: 'v8', metadata: { ...METADATA, ...metadata }, omitted, result };
}
