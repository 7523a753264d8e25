import { stringify } from 'yaml';
import { machineConversation } from '../../machineCitizens.js';

export interface GatewaySetting {
  readonly httpPort: number;
  readonly storeUrl: string;
  readonly controlSocket: string;
  readonly trackerPort: number;
  /** One SMPP channel for each. */
  readonly smscPorts: readonly number[];
  /** Of the channels' names: two nodes with different telcos must not call them the same. */
  readonly telcoPrefix?: string;
  /** With one HTTP channel beside them. */
  readonly webhooks?: boolean;
}

export const shortCode = '1708';
export const webhookChannel = 'aggregator';

/** The highest that the adapter accepts: no limit. */
const throughputPerSecond = 100_000;

const aggregator = {
  adapter: 'http',
  preset: 'telco-callback',
  address: shortCode,
  auth: { addresses: ['127.0.0.1'] },
  outbound: { url: 'http://127.0.0.1:9/' },
};

/** The gateway as an operator would configure it, with the telcos' limits on traffic lifted. */
export function gatewayConfig(setting: GatewaySetting): string {
  const channels = setting.smscPorts.map((port, index) => [
    `${setting.telcoPrefix ?? 'telco'}${index + 1}`,
    {
      adapter: 'smpp',
      host: '127.0.0.1',
      port,
      systemId: 'bench',
      password: 'bench',
      bind: 'transceiver',
      sessions: 1,
      address: shortCode,
      window: 1000,
      throughputPerSecond,
    },
  ]);
  return stringify({
    server: { host: '127.0.0.1', port: setting.httpPort, publicUrl: `http://127.0.0.1:${setting.httpPort}` },
    store: { url: setting.storeUrl, controlSocket: setting.controlSocket },
    forward: { inFlight: 256 },
    replies: { perChannelInFlight: 256 },
    conversation: machineConversation,
    tracker: { adapter: 'http', pipelining: 32, url: `http://127.0.0.1:${setting.trackerPort}`, token: 'bench' },
    channels: { ...Object.fromEntries(channels), ...(setting.webhooks ? { [webhookChannel]: aggregator } : {}) },
  });
}
