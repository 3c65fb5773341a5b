import { Clock, stringify, writeLine } from './platform';
import { Variable, type EnvironmentProblem } from '../../contract/environment';

/** The names that the reference gives its exceptions. */
export type ErrorType = 'CoverageError' | 'CoverageInitializationError' | 'S3UploadError';

/** One JSON line per event with the reference's fields, and each kind of event once in an execution environment. */
export class Log {
  private readonly said = new Set<string>();

  public constructor(private readonly functionName: string, private readonly debugging: boolean) {}

  public error(errorType: ErrorType, message: string, details: Record<string, unknown>, requestId?: string): void {
    const once = `${errorType} ${message} ${String(details.error_code ?? details.variable ?? '')}`;
    if (!this.said.has(once)) {
      this.said.add(once);
      this.write('ERROR', { error_type: errorType, message, details }, requestId);
    }
  }

  public warning(message: string, details: Record<string, unknown>): void {
    if (!this.said.has(message)) {
      this.said.add(message);
      this.write('WARNING', { message, details }, undefined);
    }
  }

  public debug(message: string, details: Record<string, unknown>, requestId?: string): void {
    if (this.debugging) {
      this.write('DEBUG', { message, details }, requestId);
    }
  }

  public problem(problem: EnvironmentProblem): void {
    this.error('CoverageInitializationError', `${problem.variable} ${problem.message}`, detailsOf(problem));
  }

  public deprecated(problem: EnvironmentProblem): void {
    this.warning(`${problem.variable} ${problem.message}`, detailsOf(problem));
  }

  private write(level: string, fields: Record<string, unknown>, requestId: string | undefined): void {
    try {
      const timestamp = new Clock().toISOString();
      writeLine(stringify({ level, timestamp, ...fields, function_name: this.functionName, request_id: requestId ?? null }));
    } catch {
      // a closed standard error is no reason to break the function
    }
  }
}

function detailsOf({ variable, value }: EnvironmentProblem): Record<string, unknown> {
  return { variable, value: value.length > 100 ? `${value.slice(0, 100)}…` : value };
}

export const NO_BUCKET = `no coverage is collected: ${Variable.BUCKET} is not set`;
