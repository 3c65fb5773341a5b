import { dirname, join } from 'node:path';
import { Parcel } from './parcel';
import type { Source } from '../counting/scripts';
import { existsSync, mkdirSync, now, parseJson, random, readdirSync, readFileSync, renameSync, rmdirSync, unlinkSync, writeFileSync } from '../platform';

const EXTENSION = '.parcel';
/** When a parcel could not be sent; in the name, so that the next process knows whatever happens to this one. */
const FAILED = /\.failed\.([0-9a-z]+)\./;
const DRAFT = '.draft';
/** Taken before the user's code runs, which may patch it. */
const kill = process.kill.bind(process);

/**
 * Parcels on disk, for when the process ends before they have arrived. Lambda keeps `/tmp` when it resets an execution
 * environment after an exit or a timeout, so the next process finds them.
 *
 * The folder is there only while it holds something. What cannot be written or read stays where it was; nothing throws.
 */
export class Spool {
  private readonly folder: string;
  /** When this process began, with what the clocks may differ by. */
  private readonly begin = now() - process.uptime() * 1_000 - 100;
  /** Tells the files of this process, or thread, from those of others in the same folder. */
  private readonly owner = `${process.pid}.${random().toString(36).slice(2)}.${now().toString(36)}`;

  public constructor(temporaryFolder: string) {
    this.folder = join(temporaryFolder, '.coverage-wrapper');
  }

  /** @returns whether it is on disk now */
  public save(parcel: Parcel): boolean {
    if (parcel.file !== undefined) {
      return true;
    }
    const file = this.fileOf(parcel);
    const draft = `${file}${DRAFT}`;
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      writeFileSync(draft, parcel.serialize(), { mode: 0o600 });
      renameSync(draft, file); // a process that is killed meanwhile leaves nothing that is half of something
      parcel.file = file;
      return true;
    } catch {
      attempt(() => unlinkSync(draft));
      return false;
    }
  }

  /** Sending it has failed. */
  public markFailed(parcel: Parcel): void {
    const { file } = parcel;
    if (file !== undefined && file !== this.fileOf(parcel)) {
      attempt(() => {
        renameSync(file, this.fileOf(parcel));
        parcel.file = this.fileOf(parcel);
      });
    }
  }

  /** It has arrived. */
  public remove(parcel: Parcel): void {
    const { file } = parcel;
    if (file !== undefined) {
      parcel.file = undefined;
      attempt(() => unlinkSync(file));
      attempt(() => rmdirSync(dirname(file))); // fails as long as there are others
    }
  }

  /** The parcels that processes which have ended left behind. Each is given out once, also where several ask at a time. */
  public left(): Parcel[] {
    if (!existsSync(this.folder)) {
      return [];
    }
    const names = (attempt(() => readdirSync(this.folder)) ?? []).filter((name) => !name.startsWith(`${this.owner}-`) && this.isLeft(name)).sort();
    names.filter((name) => name.endsWith(DRAFT)).forEach((name) => attempt(() => unlinkSync(join(this.folder, name))));
    const parcels = names.filter((name) => name.endsWith(EXTENSION)).flatMap((name) => this.claim(name) ?? []);
    attempt(() => rmdirSync(this.folder)); // fails as long as there is something
    return parcels;
  }

  private claim(name: string): Parcel | undefined {
    const claimed = join(this.folder, `${this.owner}-${name.slice(name.indexOf('-') + 1)}`);
    const content = attempt(() => {
      renameSync(join(this.folder, name), claimed); // only one of several can
      return readFileSync(claimed);
    });
    const parcel = content && attempt(() => parse(content, FAILED.exec(name)?.[1]));
    if (parcel) {
      parcel.file = claimed;
    } else if (content) {
      attempt(() => unlinkSync(claimed)); // nobody else will make more of it
    }
    return parcel;
  }

  /** Whether the owner of a file, by its name, has ended: another process, or one before this one that had the same id. */
  private isLeft(name: string): boolean {
    const [id, , time] = name.split('-', 1)[0]!.split('.');
    return Number(id) === process.pid ? !(parseInt(time ?? '', 36) >= this.begin) : !isAlive(Number(id));
  }

  private fileOf({ executionId, failedAt }: Parcel): string {
    const failed = failedAt === undefined ? '' : `.failed.${failedAt.toString(36)}`;
    return join(this.folder, `${this.owner}-${executionId}${failed}${EXTENSION}`);
  }
}

function isAlive(id: number): boolean {
  return Number.isInteger(id) && id > 0 && attempt(() => kill(id, 0)) === true;
}

function parse(content: Buffer, failed: string | undefined): Parcel {
  const end = content.indexOf('\n');
  const { key, sources } = parseJson(content.toString('utf8', 0, end)) as { key: string; sources: Source[] };
  if (typeof key !== 'string' || !Array.isArray(sources)) {
    throw new TypeError('not a parcel');
  }
  return Object.assign(new Parcel(key, content.subarray(end + 1), sources), { failedAt: failed === undefined ? undefined : parseInt(failed, 36) });
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
