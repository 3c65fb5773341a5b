/** What combines coverage, for code of yours: `cdk-lambda-coverage/combiner`. The reference's functions in camelCase. */
export { combineCoverageFiles, type CombineCoverageOptions } from './combine-coverage-files';
export { compactCoverageFiles, type CompactCoverageResult } from './compact-coverage-files';
export { CoverageCombineError, CoverageError } from '../../contract/coverage-error';
export { downloadCoverageFiles } from './download-coverage-files';
export { mergeCoverageData } from './merge-coverage-data';
export { type CombineResult } from '../combine-result';
