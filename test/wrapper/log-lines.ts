/** What the wrappers log, in the form of the reference ("Error Logging"). */

/** @param requestId of the invocation that it was noticed in */
export const uploadError = (code: string, retries: number, requestId: unknown) => ({
  level: 'ERROR',
  timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  error_type: 'S3UploadError',
  message: expect.stringMatching(/^Failed to upload coverage file/),
  details: { s3_key: expect.stringMatching(/^coverage\/.*\.coverage$/), bucket: expect.any(String), error_code: code, retry_count: retries },
  function_name: 'local-function',
  request_id: requestId,
});

export const initError = (message: unknown, details: object = {}) => ({
  level: 'ERROR', timestamp: expect.any(String), error_type: 'CoverageInitializationError', message, details, function_name: 'local-function', request_id: null,
});
