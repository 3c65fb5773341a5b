import { readFileSync } from 'node:fs';
import * as path from 'node:path';

type Properties = Record<string, any>;

/** The template and the assets that a consumer has synthesized into a folder. */
export class Synthesized {
  public readonly template: { readonly Resources: Record<string, { readonly Type: string; readonly Properties: Properties }> };

  public constructor(private readonly folder: string) {
    this.template = JSON.parse(readFileSync(path.join(folder, 'Consumer.template.json'), 'utf8'));
  }

  /** The properties of the one resource of a type whose logical id begins like this. */
  public propertiesOf(type: string, idPrefix: string): Properties {
    const found = Object.entries(this.template.Resources).filter(([id, { Type }]) => Type === type && new RegExp(`^${idPrefix}[0-9A-F]{8}$`).test(id));
    if (found.length !== 1) {
      throw new Error(`${found.length} resources of type ${type} begin with '${idPrefix}'; there has to be one`);
    }
    return found[0]![1].Properties;
  }

  /** The folder of the asset that a template names by its key in the asset bucket. */
  public assetFolder(s3Key: string): string {
    return path.join(this.folder, `asset.${path.basename(s3Key, '.zip')}`);
  }
}
