import { Option } from 'commander';

/** An option that may be given several times; a configuration file has a list of it. */
export class RepeatedOption extends Option {
  public constructor(flags: string, description: string) {
    super(flags, `${description}; may be given several times`);
    this.argParser((value: string, before: readonly string[] | undefined) => [...before ?? [], value]);
  }
}
