import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, createWriteStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { OutgoingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { text } from 'node:stream/consumers';
import * as aws4 from 'aws4';
import { freePort } from '../free-port';
import { cachedFolder } from '../lambda/cache-folder';
import { nodeBinary } from '../lambda/node-versions';
import { runtimeFolder } from '../lambda/runtime-folder';
import { outputOf, run } from '../package/command';
import { whyNoPython } from '../package/python';
import { stopped, untilReady } from '../server-process';

const VERSION = '1.5.33';
const OLDEST_PYTHON = '3.10';
const ACCOUNT = '000000000000';
const REGION = 'us-east-1';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** Why there can be no MiniStack on this machine, or false. */
export function whyNoMiniStack(): string | false {
  return whyNoPython(OLDEST_PYTHON) || (run('openssl', ['version']).status !== 0 && 'there is no openssl to make a certificate with');
}

/**
 * AWS on this machine, as MiniStack plays it: CloudFormation, IAM that is enforced, S3, Lambda and the rest, on loopback and by TLS, which
 * the policies of buckets ask for. Functions run in the local Lambda of this repository (see `function-worker.ts`), with the
 * credentials that MiniStack gives to their roles.
 *
 * Whoever starts one stops it.
 */
export class MiniStack {
  /** @throws Error with what it printed where it does not start within a minute */
  public static async start(): Promise<MiniStack> {
    const program = await cachedFolder(`ministack-${VERSION}`, async (folder) => {
      // a virtual environment cannot be moved, but a folder of packages can
      outputOf('python3', ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', folder, `ministack==${VERSION}`]);
    });
    // functions would fetch them at their first event, in an environment that need not reach the registry
    await Promise.all([nodeBinary('20'), nodeBinary('22'), nodeBinary('24'), runtimeFolder('3.3.0', 'rapid-client.cjs'), runtimeFolder('4.0.2', 'rapid-client.cjs')]);
    const folder = mkdtempSync(path.join(tmpdir(), 'ministack-'));
    const port = await freePort();
    mkdirSync(path.join(folder, 'tmp'));
    const log = path.join(folder, 'log');
    const child = spawn('python3', [path.join(__dirname, 'run_ministack.py')], {
      cwd: folder,
      env: {
        PATH: [functionWorkers(folder), process.env.PATH].join(path.delimiter),
        HOME: folder,
        PYTHONPATH: program,
        TMPDIR: path.join(folder, 'tmp'),
        BIND_HOST: '127.0.0.1',
        GATEWAY_PORT: String(port),
        AUTH: 'true',
        USE_SSL: '1',
        // what a state machine waits before it tries again is a tenth of what it says
        SFN_WAIT_SCALE: '0.1',
        MINISTACK_ACCOUNT_ID: ACCOUNT,
        MINISTACK_REGION: REGION,
        AWS_ACCESS_KEY_ID: ACCOUNT,
        AWS_SECRET_ACCESS_KEY: 'root',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = createWriteStream(log);
    child.stdout.pipe(output);
    child.stderr.pipe(output, { end: false });
    const ministack = new MiniStack(child, folder, port);
    try {
      await untilReady('MiniStack', { child, answers: () => ministack.answers(), log: () => ministack.log });
    } catch (error) {
      await ministack.stop();
      throw error;
    }
    return ministack;
  }

  /** What a command needs to take this for AWS: endpoint, certificate, region and the credentials of the account's root. */
  public readonly environment: Readonly<Record<string, string>>;

  private constructor(private readonly child: ChildProcess, private readonly folder: string, port: number) {
    const endpoint = `https://localhost:${port}`;
    this.environment = {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_ACCESS_KEY_ID: ACCOUNT,
      AWS_SECRET_ACCESS_KEY: 'root',
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      // Node.js takes one, the AWS CDK's command line the other
      NODE_EXTRA_CA_CERTS: this.certificate,
      AWS_CA_BUNDLE: this.certificate,
    };
  }

  /** That of a command that a user would type, with nothing of the test runner that this process is of. */
  public commandEnvironment(): NodeJS.ProcessEnv {
    const { TSX_TSCONFIG_PATH: _, NODE_TEST_CONTEXT: __, ...inherited } = process.env;
    return { ...inherited, ...this.environment, CDK_DISABLE_VERSION_CHECK: '1', NODE_NO_WARNINGS: '1' };
  }

  /** For a client of the AWS SDK in this process, which reads the certificate's variable when it starts only. */
  public clientConfig(): { readonly requestHandler: { readonly httpsAgent: Agent } } {
    return { requestHandler: { httpsAgent: new Agent({ ca: readFileSync(this.certificate) }) } };
  }

  /** Credentials of a role, which the account's root may take. There is no client for STS among what is installed here. */
  public async credentialsOf(role: string): Promise<Credentials> {
    const { host, hostname, port } = new URL(this.environment.AWS_ENDPOINT_URL!);
    const body = new URLSearchParams({ Action: 'AssumeRole', Version: '2011-06-15', RoleArn: role, RoleSessionName: 'check' }).toString();
    const signed = aws4.sign({ host, method: 'POST', path: '/', service: 'sts', region: REGION, body }, { accessKeyId: ACCOUNT, secretAccessKey: 'root' });
    const xml = await new Promise<string>((resolve, reject) => {
      const options = { hostname, port, method: 'POST', path: '/', headers: signed.headers as OutgoingHttpHeaders, ca: readFileSync(this.certificate) };
      request(options, (response) => void text(response).then(resolve, reject)).on('error', reject).end(body);
    });
    const field = (name: string) => {
      const [, value] = new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml) ?? [];
      if (value === undefined) {
        throw new Error(`no ${name} in ${xml}`);
      }
      return value;
    };
    return { accessKeyId: field('AccessKeyId'), secretAccessKey: field('SecretAccessKey'), sessionToken: field('SessionToken') };
  }

  public get certificate(): string {
    return path.join(this.folder, 'tmp', 'ministack-tls', 'server.crt');
  }

  public get log(): string {
    return readFileSync(path.join(this.folder, 'log'), 'utf8');
  }

  public async stop(): Promise<void> {
    await stopped(this.child);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async answers(): Promise<boolean> {
    if (!existsSync(this.certificate)) {
      return false;
    }
    return new Promise((resolve) => {
      const url = `${this.environment.AWS_ENDPOINT_URL}/_ministack/health`;
      const asked = request(url, { ca: readFileSync(this.certificate), timeout: 2000 }, (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      });
      asked.on('error', () => resolve(false)).on('timeout', () => asked.destroy()).end();
    });
  }
}

/** A folder with a `node` that MiniStack finds before Node.js itself, and that starts functions as Lambda does. */
function functionWorkers(folder: string): string {
  const bin = path.join(folder, 'bin');
  const node = path.join(bin, 'node');
  const root = path.resolve(__dirname, '../..');
  mkdirSync(bin);
  // NODE_OPTIONS and the like are the function's, and it gets them from its worker
  writeFileSync(node, `#!/bin/sh
unset NODE_OPTIONS NODE_PATH
export PATH='${process.env.PATH}'
export NODE_NO_WARNINGS=1
cd '${root}' && exec '${process.execPath}' --import tsx '${path.join(__dirname, 'function-worker.ts')}' "$@"
`);
  chmodSync(node, 0o755);
  return bin;
}
