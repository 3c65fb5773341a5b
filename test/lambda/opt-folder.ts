import { cp, mkdir } from 'node:fs/promises';
import * as path from 'node:path';

/** `/opt` where nothing precedes or follows it that would make it part of another path's name. */
const OPT = /(?<![\w./-])\/opt(?=\/|:|$)/g;

/** What `/opt` holds in Lambda: the content of all layers, later ones over earlier ones. Nobody may write to `/opt` here. */
export class OptFolder {
  /** @param into a folder to merge several layers in; a single one is used where it is */
  public static async of(layers: readonly string[], into: string): Promise<OptFolder> {
    if (layers.length === 1) return new OptFolder(path.resolve(layers[0]));
    await mkdir(into, { recursive: true });
    for (const layer of layers) await cp(layer, into, { recursive: true });
    return new OptFolder(into);
  }

  private constructor(private readonly folder: string) {}

  /** The text with the folder in the place of `/opt`: a handler, or an environment variable's value. */
  public map(text: string): string {
    return text.replace(OPT, () => this.folder);
  }
}
