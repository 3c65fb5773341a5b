import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, createWriteStream } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { freePort } from '../free-port';
import { cachedFolder } from '../lambda/cache-folder';
import { outputOf } from '../package/command';
import { stopped, untilReady } from '../server-process';

const VERSION = '5.2.5';
export const OLDEST_PYTHON = '3.10';

/**
 * moto's server on this machine: an interpreter of state machines, and an S3, on loopback. It enforces no rights.
 *
 * Whoever starts one stops it.
 */
export class Moto {
  /**
   * @param lambdaEndpoint where its state machines invoke functions
   * @throws Error with what it printed where it does not start within a minute
   */
  public static async start(lambdaEndpoint: string): Promise<Moto> {
    const program = await cachedFolder(`moto-${VERSION}`, async (folder) => {
      const packages = [`moto[s3,stepfunctions]==${VERSION}`, 'flask==3.1.3', 'flask-cors==6.0.5'];
      outputOf('python3', ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', folder, ...packages]);
    });
    const folder = mkdtempSync(path.join(tmpdir(), 'moto-'));
    const port = await freePort();
    const child = spawn('python3', [path.join(__dirname, 'run_moto.py'), '-H', '127.0.0.1', '-p', String(port)], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, PYTHONPATH: program, MOTO_PORT: String(port), LAMBDA_ENDPOINT: lambdaEndpoint },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = createWriteStream(path.join(folder, 'log'));
    child.stdout.pipe(output, { end: false });
    child.stderr.pipe(output, { end: false });
    const moto = new Moto(child, folder, `http://127.0.0.1:${port}`);
    try {
      await untilReady('moto', { child, answers: () => moto.answers(), log: () => moto.log });
    } catch (error) {
      await moto.stop();
      throw error;
    }
    return moto;
  }

  private constructor(private readonly child: ChildProcess, private readonly folder: string, public readonly endpoint: string) {}

  public get log(): string {
    return readFileSync(path.join(this.folder, 'log'), 'utf8');
  }

  public async stop(): Promise<void> {
    await stopped(this.child);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async answers(): Promise<boolean> {
    return new Promise((resolve) => {
      request(`${this.endpoint}/moto-api/`, (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      }).on('error', () => resolve(false)).end();
    });
  }
}
