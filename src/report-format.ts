/** A format that a coverage report is written in. */
export enum ReportFormat {
  /** Pages to browse: folders, files, and each file's source with its hit counts. */
  HTML = 'html',
  /** `coverage.html`: one file with everything in it, to be sent and kept; with a picture of the whole, search and filters. */
  HTML_SINGLE = 'html-single',
  /** `lcov.info`, which editors and most coverage services read. */
  LCOV = 'lcov',
  /** Istanbul's `coverage-final.json`: every counter of every file. */
  JSON = 'json',
  /** `coverage-summary.json`: totals and percentages of each file. */
  JSON_SUMMARY = 'json-summary',
  /** `cobertura-coverage.xml`, which GitLab, Jenkins and Azure DevOps read. */
  COBERTURA = 'cobertura',
  /** `clover.xml`, which Bamboo, Jenkins and PHP tools read. */
  CLOVER = 'clover',
  /** `coverage.md`: totals and a table in Markdown, for the summary of a CI job or a comment on a pull request. */
  MARKDOWN = 'markdown',
  /** The table that test runners print, as a text file. */
  TEXT = 'text',
  /** The totals alone, as a text file. */
  TEXT_SUMMARY = 'text-summary',
}
