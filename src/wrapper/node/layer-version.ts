/** Set when the layer is bundled. */
declare const LAYER_VERSION: string | undefined;

/** Version of the package that this code was bundled for. */
export const layerVersion: string = typeof LAYER_VERSION === 'string' ? LAYER_VERSION : '0.0.0';
