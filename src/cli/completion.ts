import { Argument, Command } from 'commander';

/** What a shell runs to ask for names; the words behind `--` are those that have been typed, the last one perhaps in part. */
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_lambda_coverage() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(lambda-coverage complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2> /dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _lambda_coverage lambda-coverage`,
  zsh: `#compdef lambda-coverage
_lambda_coverage() {
  local -a found
  found=(\${(f)"$(lambda-coverage complete -- "\${(@)words[2,CURRENT]}" 2> /dev/null)"})
  compadd -a found || _files
}
compdef _lambda_coverage lambda-coverage`,
  fish: "complete -c lambda-coverage -a '(lambda-coverage complete -- (commandline -opc)[2..] (commandline -ct) 2> /dev/null)'",
};

/**
 * The command that prints what a shell has to know, and answers what it asks.
 *
 * @param words what stands behind `--` on the command line
 */
export function completeCommand(program: Command, words: readonly string[] | undefined): Command {
  const command = new Command('complete')
    .description('Print what a shell needs to complete names')
    .addArgument(new Argument('[shell]', 'the shell').choices(Object.keys(SCRIPTS)))
    .addHelpText('after', `
Examples:
  $ source <(lambda-coverage complete bash)
  $ lambda-coverage complete fish > ~/.config/fish/completions/lambda-coverage.fish
`)
    .action((shell: string | undefined) => {
      if (words) {
        console.log(completions(program, words).join('\n'));
      } else if (shell === undefined) {
        command.error(`error: missing required argument 'shell'; name one of ${Object.keys(SCRIPTS).join(', ')}`);
      } else {
        console.log(SCRIPTS[shell]);
      }
    });
  return command;
}

/** The names that the last of some words may become. */
function completions(program: Command, words: readonly string[]): string[] {
  const last = words.at(-1) ?? '';
  const command = words.length > 1 ? program.commands.find((one) => one.name() === words[0]) : program;
  const option = command?.options.find(({ long, short }) => [long, short].includes(words.at(-2) ?? ''));
  const names = option?.required
    ? option.argChoices ?? []
    : command?.options.flatMap(({ long }) => long ?? []).concat(command.commands.map((one) => one.name())) ?? [];
  return names.filter((name) => name.startsWith(last) && !(last === '' && name.startsWith('-'))).sort();
}
