import type { InvocationResult, LocalLambda } from '../../lambda/local-lambda';

/** All that somebody outside of a function can tell about an invocation, so that two functions can be compared. */
export interface Outcome {
  readonly answer: unknown;
  readonly bytes: string;
  readonly functionError?: string;
  readonly errorType?: string;
  readonly contentType?: string;
  readonly streamed: boolean;
  readonly logs: readonly string[];
  /** Whether the process is there after it. */
  readonly alive: boolean;
}

/**
 * Frames of ours, and of those that load a module: with the wrapper, the runtime loads the wrapper and that the user's.
 * They are the one trace that coverage may leave.
 */
const OTHER_FRAMES = /coverage-wrapper|Reflect\.apply \(<anonymous>\)|node:internal|cdk-lambda-coverage\/runtime\/|\bat new Promise/;

export async function outcomeOf(lambda: LocalLambda, event: unknown): Promise<Outcome> {
  const before = lambda.logs.length;
  const result = await lambda.invoke(event);
  await result.holdMs;
  const same = (text: string) => comparable(text, result);
  return {
    answer: parsed(same(withoutFrames(JSON.stringify(result.payload) ?? ''))),
    bytes: same(result.streamed || !result.functionError ? result.rawPayload.toString('utf8') : ''),
    functionError: result.functionError,
    errorType: result.errorType,
    contentType: result.contentType,
    streamed: result.streamed,
    logs: lambda.logs.slice(before).map((line) => same(withoutFrames(line))).filter((line) => line !== FRAMES),
    alive: lambda.pid !== undefined,
  };
}

/** What is left of a line that is nothing but such a frame. */
const FRAMES = '';

/** Wherever a stack is written: on lines of its own, after the carriage returns of the runtime's logs, in a list in JSON. */
function withoutFrames(text: string): string {
  return text
    .replace(/(?:^|\r|,")\s+at [^\r"]+"?/g, (frame) => (OTHER_FRAMES.test(frame) ? FRAMES : frame))
    // the label of a function without a name: V8 looks it up in the object that it is called on, which is the runtime's
    .replace(/\b(Runtime|StreamingInvokeProcessor|BufferedInvokeProcessor)\.(handler|<anonymous>)/g, '<handler>')
    // and its second label where it has a name of its own, as in bundles
    .replace(/ \[as handler\]/g, '');
}

/** What differs from run to run. */
function comparable(text: string, { requestId }: InvocationResult): string {
  return text
    .replaceAll(requestId, '<request>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/\(node:\d+\)/g, '(node:<pid>)');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
