import type { AttachableFunction } from './functions/attachable-function';

const PYTHON_PATH = 'PYTHONPATH';

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
  const folders = [`/opt/python/lib/${target.runtime}/site-packages`, '/opt/python'].filter((folder) => !own.split(':').includes(folder));
  target.setVariable(PYTHON_PATH, [...own === '' ? [] : [own], ...folders].join(':'));
}
