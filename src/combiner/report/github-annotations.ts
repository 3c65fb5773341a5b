/** Annotations that GitHub Actions shows beside the lines of a pull request, as workflow commands on standard output. */

/** A place to annotate. Paths are relative to the repository. */
export interface Annotation {
  readonly path: string;
  readonly first: number;
  readonly last: number;
  readonly title: string;
  readonly message: string;
}

/** GitHub shows so many warnings of a step. */
const MAX_SHOWN = 10;

/** One line for each, the longest stretches first. What GitHub would leave out is said in the last. */
export function githubAnnotations(annotations: readonly Annotation[], kind: 'warning' | 'error' = 'warning'): string[] {
  const sorted = [...annotations].sort((a, b) => (b.last - b.first) - (a.last - a.first));
  const shown = sorted.slice(0, sorted.length > MAX_SHOWN ? MAX_SHOWN - 1 : MAX_SHOWN);
  const lines = shown.map(({ path, first, last, title, message }) =>
    `::${kind} file=${property(path)},line=${first},endLine=${last},title=${property(title)}::${data(message)}`);
  return shown.length < sorted.length ? [...lines, `::${kind}::${data(`and ${sorted.length - shown.length} more places that nothing reached`)}`] : lines;
}

/** As the toolkit of GitHub Actions escapes. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
