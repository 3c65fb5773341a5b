/** A module of its own, so that it is loaded with the first request only. */
export { sign } from 'aws4';
