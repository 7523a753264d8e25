import { Command } from 'commander';
import type { GatewayConfig } from '../config/load.js';
import type { RetentionStore } from '../ports/retention.js';
import type { Store } from '../ports/store.js';
import { type RetentionCounts, retentionTerms, runRetention } from '../work/retention.js';
import { inTrail } from './inTrail.js';
import { configOption, reasonOption } from './operator.js';
import type { Output } from './tracker.js';

export interface RetentionDeps {
  readonly configOf: (option?: string) => Promise<GatewayConfig>;
  readonly openStore: (config: GatewayConfig) => Promise<Store>;
  /** Who types, for the audit trail. */
  readonly operator: string;
  readonly output: Output;
  /** Ctrl-C: what a batch has removed stays removed, the rest waits for the next run. */
  readonly interrupted: () => AbortSignal;
}

const uncounted = { forgot: () => {}, retentionDone: () => {} };

/** `retention [--dry-run]`: removes by age what the config says, now; or tells what would go. */
export function retentionCommand(deps: RetentionDeps): Command {
  return new Command('retention')
    .description('remove now what is past its time (the section `retention` of the config), beside a running gateway')
    .option('--dry-run', 'change nothing: tell what would go')
    .option(...reasonOption)
    .option(...configOption)
    .action(async (options: { dryRun?: true; reason?: string; config?: string }, command: Command) => {
      const config = await deps.configOf(options.config);
      const store = await deps.openStore(config);
      try {
        if (store.retention === undefined) command.error('Retention does not work on this kind of store yet.');
        else if (options.dryRun) await tell(store.retention, config, deps.output);
        else await carryOut(store, store.retention, config, options.reason ?? null, deps);
      } finally {
        await store.close();
      }
    });
}

async function tell(retention: RetentionStore, { retention: policy }: GatewayConfig, output: Output): Promise<void> {
  const { words, records } = await retention.forgettable(retentionTerms(policy, Date.now()));
  output.write(
    [
      `would go: the words of ${words} message(s)${afterDays(policy.wordsDays)}`,
      `would go: the records of ${records} message(s)${afterDays(policy.recordsDays)}, and senders of whom nothing is left`,
      'What is under way stays, whatever its age.\n',
    ].join('\n'),
  );
}

function afterDays(days: number | null): string {
  return days === null ? ' (kept for good)' : ` (after ${days} days)`;
}

async function carryOut(
  store: Store,
  retention: RetentionStore,
  config: GatewayConfig,
  reason: string | null,
  { operator, output, interrupted }: RetentionDeps,
): Promise<void> {
  const stop = interrupted();
  const act = { actor: operator, act: 'retention', subject: 'store', reason };
  const { detail } = await inTrail(store, act, async () => {
    const counts = await runRetention(retention, config.retention, uncounted, stop);
    const rest = stop.aborted ? '; interrupted, the next run goes on' : '';
    return { result: 'done', detail: `removed: ${told(counts)}${rest}` };
  });
  output.write(`${detail}\n`);
}

function told({ words, records, senders, acts }: RetentionCounts): string {
  return `words of ${words} message(s), records of ${records}, ${senders} sender(s), ${acts} entries of the audit trail`;
}
