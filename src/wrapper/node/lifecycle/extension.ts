/**
 * The wrapper as an internal extension: Lambda freezes the execution environment only when the runtime and every extension
 * have asked for the next event, so an extension that asks late gets time after the answer has gone out.
 *
 * Extensions API 2020-01-01. Internal extensions can register for INVOKE only, and during init only.
 */
import { ApiConnection } from './api-connection';
import { parseJson, stringify, unreferencedTimer } from '../platform';

const NAME = 'coverage-wrapper';
const API = '/2020-01-01/extension';
/** An environment whose extension does not ask for the next event hangs until the timeout, so asking is given up late. */
const MAX_FAILURES = 10;
const LONGEST_PAUSE = 1_000;

export type Hold = (requestId: string) => Promise<void>;

/**
 * Registers, and then asks for events for ever. The event after that of a request is asked for when `hold(requestId)` has
 * ended; nothing else is waited for, and `hold` must not reject.
 *
 * @param onEnd called if events cannot be asked for any more
 * @returns when it is registered
 * @throws Error where extensions cannot register, as in some emulators
 */
export async function registerExtension(runtimeApi: string, hold: Hold, onEnd: (error: Error) => void): Promise<void> {
  const api = new ApiConnection(runtimeApi);
  const { status, headers } = await api.request({
    method: 'POST',
    path: `${API}/register`,
    headers: { 'Lambda-Extension-Name': NAME, 'Content-Type': 'application/json' },
    body: stringify({ events: ['INVOKE'] }),
    // While this module is being loaded, this request may be all that keeps the event loop alive.
    keepsAlive: true,
  });
  const id = headers['lambda-extension-identifier'];
  if (status !== 200 || id === undefined) {
    throw new Error(`the registration of the extension was answered ${status}`);
  }
  void serve(api, id, hold).catch(onEnd);
}

async function serve(api: ApiConnection, id: string, hold: Hold): Promise<void> {
  for (let failures = 0; ;) {
    try {
      const requestId = await nextInvocation(api, id);
      failures = 0;
      if (requestId !== undefined) {
        await hold(requestId);
      }
    } catch (error) {
      if (++failures === MAX_FAILURES) {
        throw error;
      }
      await new Promise<void>((resolve) => unreferencedTimer(Math.min(LONGEST_PAUSE, 10 * 2 ** failures), resolve));
    }
  }
}

/** @returns nothing for an event that is no invocation */
async function nextInvocation(api: ApiConnection, id: string): Promise<string | undefined> {
  const { status, body } = await api.request({
    method: 'GET', path: `${API}/event/next`, headers: { 'Lambda-Extension-Identifier': id }, keepsAlive: false,
  });
  if (status !== 200) {
    throw new Error(`the extension's request for the next event was answered ${status}`);
  }
  const { eventType, requestId } = parseJson(body) as { eventType?: string; requestId?: string };
  return eventType === 'INVOKE' ? requestId ?? '' : undefined;
}
