/**
 * The values of a script's counters as text: which of them are not zero, as the lengths of runs that alternately are and are not, beginning
 * with those that are; of counts, each run that is not followed by its values. Numbers are unsigned LEB128, the whole in base64. What ran
 * lies together, so the runs are few: a warm invocation has some bytes.
 */

/** No script has more; what says so is damaged. */
export const MOST_COUNTERS = 2 ** 20;

/** @param counts whether the values are told, or only which of them are not zero */
export function encodeCounterValues(values: ReadonlyArray<number | undefined>, counts: boolean): string {
  const bytes: number[] = [];
  const { length } = values;
  for (let at = 0; at < length;) {
    let end = at;
    while (end < length && !values[end]) {
      end++;
    }
    if (end === length) {
      break;
    }
    write(bytes, end - at);
    at = end;
    while (end < length && values[end]) {
      end++;
    }
    write(bytes, end - at);
    for (; counts && at < end; at++) {
      write(bytes, values[at]!);
    }
    at = end;
  }
  return Buffer.from(bytes).toString('base64');
}

/**
 * @param add called with the position and the value of each counter that is not zero, in ascending order; of flags it is 1
 * @throws Error that says what is wrong with it
 */
export function decodeCounterValues(text: string, counts: boolean, size: number, add: (counter: number, value: number) => void): void {
  const bytes = Buffer.from(text, 'base64');
  let next = 0;
  const read = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[next++];
      if (byte === undefined || factor > Number.MAX_SAFE_INTEGER) {
        throw new Error('the values are damaged');
      }
      value += (byte % 128) * factor;
      if (byte < 128) {
        return Math.min(value, Number.MAX_SAFE_INTEGER);
      }
    }
  };
  for (let counter = 0; next < bytes.length;) {
    counter += read();
    const end = counter + read();
    if (end > size) {
      throw new Error(`there are values of ${end} counters, more than ${size}`);
    }
    for (; counter < end; counter++) {
      add(counter, counts ? read() : 1);
    }
  }
}

function write(bytes: number[], value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) {
    bytes.push((rest % 128) + 128);
  }
  bytes.push(rest);
}
