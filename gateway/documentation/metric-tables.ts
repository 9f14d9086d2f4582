// docs/operations.md: every metric of the registry, and what the labels can be.
import { closedLabels, createMetrics } from '../watch/metrics.ts';
import { code, codes, table } from './markdown.ts';

/** What prom-client keeps of a metric beyond what it types. */
interface Described {
  readonly name: string;
  readonly help: string;
  readonly type: unknown;
  readonly labelNames?: readonly string[];
}

/** Name, type, labels and meaning. */
export function metricTable(): string {
  const metrics = createMetrics().registry.getMetricsAsArray() as unknown as readonly Described[];
  const rows = [...metrics]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, help, type, labelNames = [] }) => [code(name), String(type), codes(labelNames), help]);
  return table(['Metric', 'Type', 'Labels', 'Meaning'], rows);
}

/** Labels whose values are closed lists. */
export function labelTable(): string {
  const rows = Object.entries(closedLabels)
    .filter(([name]) => name !== 'code')
    .map(([name, values]) => [name === 'stage' ? code(name) : `${code(name)} of requests`, codes(values)]);
  return table(['Label', 'Values'], rows);
}
