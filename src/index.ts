export { CombinerScale, type CombinerDistribution } from './combiner-scale';
export { CoverageBucket, type CoverageBucketProps } from './coverage-bucket';
export { CoverageCombiner, type CoverageCombinerProps, type CoverageThresholds } from './coverage-combiner';
export { type CoverageConfig } from './coverage-config';
export { CoverageEngine } from './coverage-engine';
export { CoverageLayer, type AttachOptions, type AttachToAllOptions, type CoverageLayerProps, type LeftOutFunction } from './coverage-layer';
export { ReportFormat } from './report-format';
export { UploadMode } from './upload-mode';
