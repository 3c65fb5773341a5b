import type { Estimate } from './estimate';
import type { Comparison, Measurement } from './measurement';
import type { Metric, Target } from './row';
import { ROWS } from './rows';
import { VARIANTS, type VariantName } from './variants';
import { verdictOn } from './verdict';

/** Both engines. */
const OURS: readonly VariantName[] = ['ours', 'built-in'];

/** The measurements as a Markdown table, its columns padded so that it reads as well in a terminal. */
export function tableOf(measurements: readonly Measurement[]): string {
  const rows = ROWS.filter(({ name }) => measurements.some(({ row }) => row === name));
  const variants = (Object.keys(VARIANTS) as VariantName[]).filter((variant) => rows.some(({ variants: used }) => used.includes(variant)));
  const compared = OURS.filter((name) => variants.includes(name) && variants.includes('plain'));
  const head = ['what', 'on', 'Node.js', ...variants.map((name) => VARIANTS[name].title), ...compared.map((variant) => `${VARIANTS[variant].title}, against no coverage`), 'targets'];
  const lines = rows.flatMap((row) => Object.entries(row.metrics).flatMap(([name, metric]) =>
    measurements.filter((measurement) => measurement.row === row.name && measurement.metric === name).map((measurement) => [
      rows.length > 1 ? `${row.title}: ${metric.title}` : metric.title,
      measurement.subject,
      measurement.node,
      ...variants.map((variant) => (measurement.values[variant] ? quantity(measurement.values[variant].median, metric) : '–')),
      ...compared.map((variant) => comparison(measurement.comparisons.find(({ of, to }) => of === variant && to === 'plain'), metric)),
      (metric.targets ?? []).map((target) => withVerdict(target, metric, measurement)).filter(Boolean).join('; ') || '–',
    ])));
  return aligned([head, ...lines]);
}

/** A target in words, such as `+ ≤ 20 ms`. */
export function targetText({ kind, max, of, to }: Target, { unit }: Metric): string {
  const other = to ? ` of ${VARIANTS[to].title}` : '';
  const one = of ? `${VARIANTS[of].title}: ` : '';
  switch (kind) {
    case 'difference':
      return `${one}+ ≤ ${max} ${unit}${other}`;
    case 'ratio':
      return `${one}≤ ${max.toFixed(2)} ×${other}`;
    default:
      return `${one}≤ ${max} ${unit}`.trim();
  }
}

function withVerdict(target: Target, metric: Metric, measurement: Measurement): string | undefined {
  const verdict = verdictOn(target, measurement);
  return verdict && `${targetText(target, metric)}: ${verdict === 'met' ? verdict : `**${verdict}**`}`;
}

function comparison(found: Comparison | undefined, metric: Metric): string {
  if (!found) {
    return '–';
  }
  const texts = {
    difference: () => `${interval(found.difference, signed)} ${metric.unit}`,
    ratio: () => `${interval(found.ratio, (value) => value.toFixed(2))} ×`,
  };
  return (metric.compared ?? ['difference']).map((kind) => texts[kind]()).join('; ');
}

function interval({ median, low, high }: Estimate, format: (value: number) => string): string {
  return `${format(median)} [${format(low)}, ${format(high)}]`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${digits(Math.abs(value))}`;
}

function quantity(value: number, { unit }: Metric): string {
  return `${unit === '' ? String(value) : digits(value)} ${unit}`.trim();
}

function digits(value: number): string {
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}

/** A Markdown table, its columns padded. */
export function aligned(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const text = (line: readonly string[]) => `| ${line.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [text(lines[0]!), rule, ...lines.slice(1).map(text)].join('\n');
}
