/** Lines in the structured form that the reference gives its errors. */
export function logError(message: string, details: Readonly<Record<string, unknown>> = {}): void {
  write('ERROR', { error_type: 'CoverageCombineError', message, details });
}

export function logInfo(message: string, details: Readonly<Record<string, unknown>>): void {
  write('INFO', { message, details });
}

/** To standard error as it is: `console` of Lambda's runtime would put a time and a request in front, and it would be JSON no more. */
function write(level: string, fields: Readonly<Record<string, unknown>>): void {
  const { AWS_LAMBDA_FUNCTION_NAME: name } = process.env;
  const line = { level, timestamp: new Date().toISOString(), ...fields, ...(name !== undefined && { function_name: name }) };
  process.stderr.write(`${JSON.stringify(line)}\n`);
}
