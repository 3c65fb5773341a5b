/** A version of AWS's runtime interface client. */
export type RuntimeClient = '3.3.0' | '4.0.2';

/** The packages that they are in here. */
export const CLIENT_PACKAGES: Readonly<Record<RuntimeClient, string>> = { '3.3.0': 'aws-lambda-ric-3', '4.0.2': 'aws-lambda-ric' };

/** The native addon that both load, which is curl behind three functions. */
export const ADDON = 'rapid-client.node';
