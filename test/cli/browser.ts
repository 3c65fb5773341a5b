import { accessSync, constants } from 'node:fs';

/** Where browsers are that playwright-core can drive. */
const PLACES = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The path of a Chromium; prints the reason where there is none. */
export function chromiumPath(): string | undefined {
  const path = PLACES.find((place) => {
    try {
      accessSync(place ?? '', constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (path === undefined) {
    console.warn('SKIPPED: there is no Chromium to look at reports with; install it, or name it with CHROMIUM_PATH');
  }
  return path;
}
