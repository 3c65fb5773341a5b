/** What is known of a coverage file. Mirrors `CoverageReportMetadata` of the reference. */
export interface CoverageReportMetadata {
  readonly functionName: string;
  readonly executionId: string;
  readonly timestamp: Date;
  readonly s3Key: string;
  /** In bytes. */
  readonly fileSize: number;
  /** 0 to 100. */
  readonly coveragePercentage?: number;
  readonly linesCovered?: number;
  readonly linesTotal?: number;
  readonly branchesCovered?: number;
  readonly branchesTotal?: number;
}
