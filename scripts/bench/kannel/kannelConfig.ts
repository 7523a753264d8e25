export type KannelStore = 'file' | 'spool';

export interface KannelSetting {
  readonly adminPort: number;
  readonly smsboxPort: number;
  readonly sendsmsPort: number;
  readonly smscPorts: readonly number[];
  readonly store: { readonly type: KannelStore; readonly location: string };
  /** Where smsbox fetches the text of each reply. */
  readonly replyUrl: string;
}

export const adminPassword = 'bench';

type Group = readonly (readonly [key: string, value: string | number])[];

/**
 * Kannel 1.4 as a careful operator would tune it: one `transceiver` bind for each telco, no throughput limit, a wide
 * window of submits, errors only in the log (levels 0 to 3 would write a line for each message), no receipts.
 */
export function kannelConfig(setting: KannelSetting): string {
  const groups = [core(setting), ...setting.smscPorts.map(smsc), smsbox(setting), service(setting.replyUrl)];
  return groups.map((group) => group.map(([key, value]) => `${key} = ${value}\n`).join('')).join('\n');
}

function core(setting: KannelSetting): Group {
  return [
    ['group', 'core'],
    ['admin-port', setting.adminPort],
    ['admin-password', adminPassword],
    ['admin-interface', '127.0.0.1'],
    ['smsbox-port', setting.smsboxPort],
    ['box-allow-ip', '127.0.0.1'],
    ['log-level', 4],
    ['store-type', setting.store.type],
    ['store-location', setting.store.location],
    ['dlr-storage', 'internal'],
    ['smsbox-max-pending', 1000],
  ];
}

function smsc(port: number, index: number): Group {
  return [
    ['group', 'smsc'],
    ['smsc', 'smpp'],
    ['smsc-id', `telco${index + 1}`],
    ['host', '127.0.0.1'],
    ['port', port],
    ['transceiver-mode', 'true'],
    ['smsc-username', 'bench'],
    ['smsc-password', 'bench'],
    ['system-type', '""'],
    ['max-pending-submits', 1000],
    ['enquire-link-interval', 30],
  ];
}

function smsbox(setting: KannelSetting): Group {
  return [
    ['group', 'smsbox'],
    ['bearerbox-host', '127.0.0.1'],
    ['sendsms-port', setting.sendsmsPort],
    ['global-sender', '1708'],
    ['log-level', 4],
    ['max-pending-requests', 1000],
  ];
}

function service(replyUrl: string): Group {
  return [
    ['group', 'sms-service'],
    ['keyword', 'default'],
    ['catch-all', 'true'],
    ['omit-empty', 'true'],
    ['max-messages', 1],
    ['get-url', `"${replyUrl}?from=%p&to=%P&text=%a"`],
  ];
}
