import type { CountedValues } from './built-in-counters';
import type { FunctionCoverage, InstrumentedFile, ScriptCoverage } from '../../../contract/raw-coverage';

/**
 * What this execution environment has covered on a UTC day, so that only what adds to it has to be sent.
 *
 * Of a function in V8's form that is its shape: the ranges, and whether each was run. How often does not matter, since where two
 * counts differ there is a range. Each day begins anew, so that its objects are complete by themselves.
 */
export class News {
  private readonly known = new Set<string>();
  /** The counters of scripts that were passed, by their tables. */
  private readonly passed = new Map<string, Uint8Array>();
  private day?: string;

  /** The scripts with the functions that have a shape which was not seen before. */
  public ofScripts(scripts: readonly ScriptCoverage[], day: string): ScriptCoverage[] {
    this.begin(day);
    return scripts.flatMap((script) => {
      const functions = script.functions.filter((one) => this.isNew(`${script.sha256} ${script.path} ${shape(one)}`));
      return functions.length > 0 ? [{ ...script, functions }] : [];
    });
  }

  /** The files that were not seen before, or that have a counter which was not above zero before. */
  public ofFiles(files: readonly InstrumentedFile[], day: string): InstrumentedFile[] {
    this.begin(day);
    return files.filter(({ shape: id, path, s, f, b }) => {
      const counters = [
        '', // of the file itself: a report shows one of which nothing ran
        ...Object.keys(s).map((key) => `s${key}`),
        ...Object.keys(f).map((key) => `f${key}`),
        ...Object.entries(b).flatMap(([key, counts]) => counts.flatMap((count, index) => (count > 0 ? [`b${key}.${index}`] : []))),
      ];
      return counters.filter((counter) => this.isNew(`${id} ${path} ${counter}`)).length > 0;
    });
  }

  /** The scripts that were not seen before, or that have a counter which was not passed before. */
  public ofCounters(scripts: readonly CountedValues[], day: string): CountedValues[] {
    this.begin(day);
    return scripts.filter(({ table, values }) => {
      let passed = this.passed.get(table);
      const isFirst = !passed;
      if (!passed) {
        this.passed.set(table, (passed = new Uint8Array(values.length)));
      }
      let isNew = isFirst;
      values.forEach((value, counter) => {
        if (value && !passed[counter]) {
          passed[counter] = 1;
          isNew = true;
        }
      });
      return isNew;
    });
  }

  private begin(day: string): void {
    if (this.day !== day) {
      this.day = day;
      this.known.clear();
      this.passed.clear();
    }
  }

  private isNew(key: string): boolean {
    const { size } = this.known;
    return this.known.add(key).size > size;
  }
}

function shape({ functionName, ranges }: FunctionCoverage): string {
  return `${functionName} ${ranges.map(({ startOffset, endOffset, count }) => `${startOffset}-${endOffset}${count > 0 ? '+' : ''}`).join(' ')}`;
}
