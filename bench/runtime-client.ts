import { nativeAddon } from '../test/lambda/native-client';
import { CLIENT_PACKAGES, type RuntimeClient } from '../test/lambda/runtime-clients';

/** What AWS's runtime client has below its JavaScript: its own native addon, or the JavaScript that stands in for that. */
export type AddonName = 'native' | 'javascript';

/** For docs/performance.md. */
export const ADDONS: Readonly<Record<AddonName, string>> = { native: 'native runtime client', javascript: "JavaScript in place of the runtime client's addon" };

/**
 * Builds the native addon where that has not been done.
 *
 * @param native whether there has to be one; undefined for one where it can be built
 */
export async function chooseAddon(native: boolean | undefined): Promise<AddonName> {
  if (native === false) {
    return 'javascript';
  }
  try {
    console.error('native runtime client: built once, in about two minutes …');
    for (const client of Object.keys(CLIENT_PACKAGES) as RuntimeClient[]) {
      await nativeAddon(client);
    }
    return 'native';
  } catch (error) {
    if (native) {
      throw error;
    }
    console.error(`measuring with JavaScript in place of the native addon: ${(error as Error).message}`);
    return 'javascript';
  }
}
