/** What writes reports knows FORCE_COLOR only: https://no-color.org is for all. */
if (process.env.NO_COLOR && process.env.FORCE_COLOR === undefined) {
  process.env.FORCE_COLOR = '0';
}
