import { Command } from 'commander';
import { printable, printableJson } from '../domain/printable.js';
import type { Store, Trace } from '../ports/store.js';

export type OpenStore = (configFile?: string) => Promise<Store>;

/** `trace ID`: everything that happened to one report, reply or tracking id, in order. */
export function traceCommand(openStore: OpenStore): Command {
  return new Command('trace')
    .description('show everything that happened to one report, reply or tracking id, in order')
    .argument('<id>', 'a tracking id (with or without #), or the UUID of a report or reply')
    .option('-c, --config <file>', 'the config (default: $GATEWAY_CONFIG, else the packaged demonstration)')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { config?: string; json?: true }, command: Command) => {
      const store = await openStore(options.config);
      try {
        const trace = await store.trace(id);
        if (trace === null) {
          command.error(
            `Nothing is known of ${printable(id)}. A tracking id looks like #9165816; \`lapor-gateway tracker list\` shows those of the embedded tracker. What is older than \`retention.recordsDays\` has been removed.`,
          );
        }
        process.stdout.write(options.json ? `${printableJson(trace)}\n` : pageOf(trace));
      } finally {
        await store.close();
      }
    });
}

function pageOf(trace: Trace): string {
  const width = Math.max(...trace.entries.map((entry) => entry.what.length));
  const lines = trace.entries.map((entry, index) => {
    const sinceMs = entry.atMs - (trace.entries[index - 1]?.atMs ?? entry.atMs);
    return `${new Date(entry.atMs).toISOString()}  ${elapsed(sinceMs).padStart(9)}  ${entry.what.padEnd(width)}  ${printable(entry.detail)}`;
  });
  const tracking = trace.trackingId === null ? 'not in the tracker yet' : `tracking id ${printable(trace.trackingId)}`;
  const others = trace.namesakes.length === 0 ? '' : `the same tracking id: ${trace.namesakes.join(', ')}\n`;
  return `report ${trace.reportId}, ${tracking}\n${others}${lines.join('\n')}\n`;
}

function elapsed(ms: number): string {
  if (ms < 1_000) return `+${ms} ms`;
  if (ms < 120_000) return `+${(ms / 1_000).toFixed(1)} s`;
  return ms < 7_200_000 ? `+${(ms / 60_000).toFixed(1)} min` : `+${(ms / 3_600_000).toFixed(1)} h`;
}
