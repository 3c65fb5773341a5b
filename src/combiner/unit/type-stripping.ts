import * as nodeModule from 'node:module';

type StripTypes = (code: string) => string;

/**
 * What Node.js runs of a TypeScript file whose types it strips: blanks are in the place of types, so all else keeps its place.
 *
 * @throws Error if this Node.js cannot do it
 */
export function stripTypes(text: string): string {
  const { stripTypeScriptTypes } = nodeModule as { stripTypeScriptTypes?: StripTypes };
  if (!stripTypeScriptTypes) {
    throw new Error('it is TypeScript that Node.js ran by stripping its types, which Node.js 22.13 and later can do; run lambda-coverage with one of them');
  }
  const { emitWarning } = process;
  process.emitWarning = () => undefined; // that it is experimental says nothing to the user
  try {
    return stripTypeScriptTypes(text);
  } finally {
    process.emitWarning = emitWarning;
  }
}
