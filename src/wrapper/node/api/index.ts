/**
 * What code inside of a Lambda function may ask of its coverage: `coverage-wrapper` in the layer, `cdk-lambda-coverage/wrapper` where it is
 * bundled. The reference's API in camelCase.
 */
export { CoverageConfig, type CoverageConfigOptions } from './coverage-config';
export { CoverageContext } from './coverage-context';
export { CoverageCombineError, CoverageError, CoverageInitializationError, S3UploadError } from '../../../contract/coverage-error';
export { coverageHandler } from './coverage-handler';
export { type CoverageReportMetadata } from './coverage-report-metadata';
export { getCoverageStatus, type CoverageStatus } from './coverage-status';
export { uploadCoverageFile, type CoverageUpload } from './coverage-upload';
export { healthCheckHandler, type HealthCheckResponse } from './health-check';
export { getLayerInfo, type LayerInfo } from './layer-info';
export { getS3Config, type S3Config } from './s3-config';
export { generateS3Key } from './s3-key';
