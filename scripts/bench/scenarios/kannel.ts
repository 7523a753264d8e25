import { join } from 'node:path';
import { type Bench, type Labels, measure, timedPlan, waitForLinks } from '../bench.js';
import { startKannel } from '../kannel/kannel.js';
import type { KannelStore } from '../kannel/kannelConfig.js';
import type { Measurement } from '../measurement.js';

const stores: readonly KannelStore[] = ['file', 'spool'];

/** Both of Kannel's stores on disk, each without and with a reply; the better one is what the gateway is held to. */
export async function throughKannel(bench: Bench): Promise<Measurement[]> {
  const found: Measurement[] = [];
  for (const store of stores) {
    found.push(
      await kannel(bench, store, { subject: 'Kannel, intake', variant: `${store} store`, counts: 'acknowledged' }),
    );
    found.push(
      await kannel(bench, store, { subject: 'Kannel, whole way', variant: `${store} store`, counts: 'replies' }),
    );
  }
  return found;
}

async function kannel(bench: Bench, store: KannelStore, labels: Labels): Promise<Measurement> {
  const withSmsbox = labels.counts === 'replies';
  const { smscPorts, trackerPort } = bench;
  const folder = join(bench.folder, `kannel-${store}-${labels.counts}`);
  const replyUrl = `http://127.0.0.1:${trackerPort}/reply-text`;
  const running = await startKannel({ folder, store, smscPorts, replyUrl, withSmsbox }, bench.processes);
  await waitForLinks(bench, smscPorts.length);
  const measurement = await measure(bench, labels, timedPlan(bench.options, withSmsbox), running.pids);
  await running.stop();
  await waitForLinks(bench, 0);
  return measurement;
}
