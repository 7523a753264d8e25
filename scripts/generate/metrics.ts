import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { packagedFile } from '../../src/config/env.js';
import { catalogue, type MetricEntry } from '../../src/telemetry/catalogue.js';
import { markdownTable } from './markdownTable.js';

/**
 * Writes docs/operations/metrics.md from the catalogue that the metrics are made of, so that the two cannot differ.
 * Run it after a build: node dist/scripts/generate/metrics.js
 */

const introduction = `# Metrics

Generated from \`src/telemetry/catalogue.ts\` by \`scripts/generate/metrics.ts\`; edit there.

\`GET /metrics\` answers in Prometheus’ text format. Labels are channels, links and kinds of outcome: never an address, an id
or a text. Beside these, there are Node’s own (\`process_…\`, \`nodejs_…\`) as \`prom-client\` names them.

[grafana-dashboard.json](grafana-dashboard.json) shows them, [alerts.yaml](alerts.yaml) watches them.
`;

export function metricsReference(): string {
  const entries: readonly (readonly [string, MetricEntry])[] = Object.entries(catalogue);
  const rows = entries.map(([name, { type, labels, help, values }]) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(', '),
    values === undefined ? help : `${help}. ${values}`,
  ]);
  return `${introduction}\n${markdownTable([['metric', 'type', 'labels', 'meaning'], ...rows])}\n`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(packagedFile('docs', 'operations', 'metrics.md'), metricsReference());
}
