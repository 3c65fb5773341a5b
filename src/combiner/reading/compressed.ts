import { promisify } from 'node:util';
import { gunzip, gunzipSync, type ZlibOptions } from 'node:zlib';

const decompress = promisify<Buffer, ZlibOptions, Buffer>(gunzip);

/** Larger content is refused: a few kilobytes can be made to unpack to gigabytes. */
const MAX_UNPACKED = 256 * 1024 * 1024;

/** What is smaller is unpacked sooner than another thread is asked to. */
const QUICK = 16 * 1024;

/**
 * Unpacks gzip; what is not gzip stays as it is, since some tools unpack it while they download.
 *
 * @throws Error that says what is wrong with it
 */
export async function unpacked(content: Buffer, limit = MAX_UNPACKED): Promise<Buffer> {
  if (content[0] !== 0x1f || content[1] !== 0x8b) {
    return content;
  }
  try {
    // coverage unpacks to ten times its size: each further chunk is a turn of the thread pool
    const options = { maxOutputLength: limit, chunkSize: Math.min(Math.max(content.length * 12, 16 * 1024), 1024 * 1024) };
    return content.length < QUICK ? gunzipSync(content, options) : await decompress(content, options);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(code === 'ERR_BUFFER_TOO_LARGE' ? `unpacks to more than ${limit} bytes` : `damaged gzip: ${message}`);
  }
}
