import type { Command } from 'commander';

/** The command `complete`, which prints what a shell has to know, and answers it. */
export async function addCompletion(program: Command): Promise<void> {
  const { default: tab } = await import('@bomb.sh/tab/commander');
  tab(program);
  program.commands.find((command) => command.name() === 'complete')!.exitOverride().addHelpText('after', `
Examples:
  $ source <(lambda-coverage complete bash)
  $ lambda-coverage complete fish > ~/.config/fish/completions/lambda-coverage.fish
`);
}
