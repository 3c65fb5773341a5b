import { layerVersion } from '../layer-version';

/** Set when the module is bundled. */
declare const BUNDLED_PACKAGES: Readonly<Record<string, string>> | undefined;

/** What {@link getLayerInfo} answers. Versions only. */
export interface LayerInfo {
  /** Of this package, which makes the layer. */
  readonly version: string;
  /** Of Node.js, without the `v`. The reference has `python_version` here. */
  readonly nodeVersion: string;
  /** Of V8, which counts. The reference has `coverage_version` here. */
  readonly v8Version: string;
  /** Of the packages that are bundled into this module, by their names. */
  readonly dependencies: Record<string, string>;
}

/** What this module is made of and runs on. Never throws. Mirrors `get_layer_info` of the reference. */
export function getLayerInfo(): LayerInfo {
  const { node, v8 } = process.versions;
  return { version: layerVersion, nodeVersion: node, v8Version: v8, dependencies: { ...(typeof BUNDLED_PACKAGES === 'undefined' ? {} : BUNDLED_PACKAGES) } };
}
