import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const decompress = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);

/** Larger content is refused: a few kilobytes can be made to unpack to gigabytes. */
const MAX_UNPACKED = 256 * 1024 * 1024;

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
    return await decompress(content, { maxOutputLength: limit });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(code === 'ERR_BUFFER_TOO_LARGE' ? `unpacks to more than ${limit} bytes` : `damaged gzip: ${message}`);
  }
}
