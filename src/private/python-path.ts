import type { AttachableFunction } from './functions/attachable-function';

export const PYTHON_PATH = 'PYTHONPATH';
/** Where layers put modules. */
export const LAYERS_FOLDER = '/opt/python';

/**
 * Lets layers be found by a function that sets `PYTHONPATH`. Lambda puts the folders of layers into that variable only where the function
 * does not set it, so one is never introduced.
 *
 * @param variables the function's environment, as it is before
 */
export function keepLayersOnPythonPath(target: AttachableFunction, variables: Readonly<Record<string, string>>): void {
  const own = variables[PYTHON_PATH];
  if (own === undefined) {
    return;
  }
  // the folder is named like the runtime, also where that is a token
  const folders = [`${LAYERS_FOLDER}/lib/${target.runtime}/site-packages`, LAYERS_FOLDER].filter((folder) => !own.split(':').includes(folder));
  target.setVariable(PYTHON_PATH, [...own === '' ? [] : [own], ...folders].join(':'));
}
