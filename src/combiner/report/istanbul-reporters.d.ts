/** The reporters by their modules: the package's own index requires them by a computed name, which no bundler can follow. */
declare module 'istanbul-reports/lib/*' {
  import type { ReportBase } from 'istanbul-lib-report';

  const Reporter: new (options?: Record<string, unknown>) => ReportBase;
  export = Reporter;
}
