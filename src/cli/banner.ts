import type { GatewayConfig } from '../config/load.js';
import { shownStoreUrl } from '../config/storeUrl.js';
import type { ChannelLook } from '../http/readiness.js';

/** What is up and what to type next, for whoever looks at the console. */
export function bannerOf(config: GatewayConfig, channels: ReadonlyMap<string, ChannelLook>, port: number): string {
  const states = [...channels].map(([id, channel]) => `${id} ${channel.hold ?? channel.health().state}`);
  const lines = [
    'lapor-gateway is up',
    `  channels  ${states.join(', ')}${config.simulators === undefined ? '' : '  (simulated peers on loopback, over the real protocols)'}`,
    `  tracker   ${config.tracker.adapter.name}`,
    `  store     ${shownStoreUrl(config.store.url)}`,
    `  http      http://${config.server.host}:${port}  (/healthz /readyz /metrics)`,
  ];
  return `${[...lines, ...hintsOf(config)].join('\n')}\n`;
}

function hintsOf(config: GatewayConfig): string[] {
  if (config.simulators?.smsc === undefined) return [];
  return [
    '',
    'Next, in another terminal:',
    '  npx lapor-gateway text "Jln rusak di depan kantor camat Sukasada kab Buleleng" --from 081234567890',
    ...(config.simulators.x === undefined
      ? []
      : ['  npx lapor-gateway tweet "lampu jalan mati di Jl. Condrokusumo, Kota Semarang" --from warga']),
    '  npx lapor-gateway tracker list',
    '  npx lapor-gateway tracker set <tracking id> in_progress --message "Tim PU ke lokasi besok"',
    '  npx lapor-gateway trace <tracking id>',
    'Ctrl-C stops it; nothing is lost.',
  ];
}
