export interface EndingActions {
  /** Puts what has not arrived on disk. */
  save(): void;
  /** Uploads within that many milliseconds. */
  deliver(limit: number): Promise<void>;
}

/** Lambda leaves 500 ms between SIGTERM and SIGKILL; the process needs some of it to end. */
const TERMINATION_LIMIT = 350;

/** Node.js marks what threads cannot do, and signals are for the process. `node:worker_threads` would tell as well, for 1 ms of a cold start. */
const isWorkerThread = (process.chdir as { disabled?: boolean }).disabled === true;

/**
 * Keeps what has not arrived when the process ends: on exit, which uncaught exceptions, unhandled rejections and an event loop that
 * is empty end in, it goes to disk; on SIGTERM there is time to upload it.
 */
export function watchEndings(actions: EndingActions): void {
  // Node.js warns of the eleventh listener; ours is not to be the one
  const most = process.getMaxListeners();
  process.setMaxListeners(most === 0 ? 0 : most + 1); // 0 is for any number
  process.on('exit', () => actions.save());
  if (!isWorkerThread) {
    watchTermination(actions);
  }
}

/** Ends the process as SIGTERM would without us, except where the user's code has a handler of its own, which then decides. */
function watchTermination(actions: EndingActions): void {
  const kill = process.kill.bind(process, process.pid);
  const listenerCount = process.listenerCount.bind(process, 'SIGTERM');
  const removeListener = process.removeListener.bind(process, 'SIGTERM');
  const terminate = async () => {
    const decides = listenerCount() === 1;
    actions.save();
    await actions.deliver(TERMINATION_LIMIT);
    if (decides) {
      removeListener(terminate);
      kill('SIGTERM');
    }
  };
  process.on('SIGTERM', terminate);
}
