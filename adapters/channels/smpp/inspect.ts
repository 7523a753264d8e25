import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ConfigFinding } from '../../../src/ports/config.js';
import type { SmppConfig } from './config.js';
import { isPem } from './socket.js';

/** What each channel's block does not show by itself, and the telco would. */

type Channels = ReadonlyMap<string, SmppConfig>;

/** Receivers and transmitters are connections of their own. */
export function bindsOf({ bind, sessions }: Pick<SmppConfig, 'bind' | 'sessions'>): number {
  return bind === 'separate' ? 2 * sessions : sessions;
}

export function inspectChannels(channels: Channels): readonly ConfigFinding[] {
  const each = [...channels].flatMap(([channel, config]) => [
    ...throughputFindings(channel, config),
    ...addressFindings(channel, config),
    ...tlsFindings(channel, config),
  ]);
  return [...each, ...bindFindings(channels)];
}

function throughputFindings(channel: string, { throughputPerSecond, limits }: SmppConfig): ConfigFinding[] {
  const allowed = limits.throughputPerSecond;
  if (allowed === undefined || throughputPerSecond <= allowed) return [];
  const message =
    `${throughputPerSecond} a second, and \`limits.throughputPerSecond\` says that the telco allows ${allowed}: it ` +
    'would answer ESME_RTHROTTLED. Lower it, or raise the limit here if your contract allows more';
  return [{ channel, severity: 'fault', path: ['throughputPerSecond'], message }];
}

/**
 * Indonesian short codes have 3 to 6 digits, perhaps with * or # before them. A long number or a name works, too: a
 * pilot may run on one. So this is no fault.
 */
const shortCode = /^[*#]?\d{3,6}$/;

function addressFindings(channel: string, { address }: SmppConfig): ConfigFinding[] {
  if (shortCode.test(address)) return [];
  const message = `not a short code of 3 to 6 digits, such as "1708". ${/\D/.test(address) ? 'A name can be replied from, but citizens cannot text it' : 'If it is a long number, set sourceTon and sourceNpi as the telco wants them for one'}`;
  return [{ channel, severity: 'warning', path: ['address'], message }];
}

const certificateWarningDays = 30;
const dayMs = 86_400_000;

/** Files of `tls` that are not there, or are no certificates, and certificates that will soon be none. */
function tlsFindings(channel: string, config: SmppConfig): ConfigFinding[] {
  const { ca = [], cert, key } = config.tls ?? {};
  const find = (name: string, value: string | undefined, check: (pem: string) => Verdict | null): ConfigFinding[] => {
    const verdict = value === undefined ? null : verdictOn(value, check);
    return verdict === null ? [] : [{ channel, path: ['tls', name], ...verdict }];
  };
  return [
    ...ca.flatMap((value) => find('ca', value, judgeCertificate)),
    ...find('cert', cert, judgeCertificate),
    ...find('key', key, (pem) =>
      pem.includes('PRIVATE KEY-----') ? null : { severity: 'fault', message: 'holds no private key in PEM form' },
    ),
  ];
}

type Verdict = Pick<ConfigFinding, 'severity' | 'message'>;

function verdictOn(value: string, check: (pem: string) => Verdict | null): Verdict | null {
  if (isPem(value)) return check(value);
  let pem: string;
  try {
    pem = readFileSync(value, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return { severity: 'fault', message: `the file ${value} cannot be read: ${fileReasons[code] ?? code}` };
  }
  return check(pem);
}

const fileReasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file (a relative name is relative to the working directory)',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a folder',
};

/** Of several certificates in one file, Node judges by the first, and so does this. */
function judgeCertificate(pem: string): Verdict | null {
  let validTo: string;
  try {
    ({ validTo } = new X509Certificate(pem));
  } catch {
    return { severity: 'fault', message: 'holds no certificate in PEM form' };
  }
  const daysLeft = Math.floor((Date.parse(validTo) - Date.now()) / dayMs);
  if (daysLeft < 0) return { severity: 'fault', message: `the certificate expired on ${validTo}` };
  if (daysLeft >= certificateWarningDays) return null;
  return { severity: 'warning', message: `the certificate expires on ${validTo}, in ${daysLeft} days: renew it` };
}

/** One account on one SMSC, whoever of the channels uses it. */
function accountsOf({ hosts, port, systemId }: SmppConfig): string[] {
  return hosts.map((host) => `${systemId}@${host.toLowerCase()}:${port}`);
}

/** The channel with which an account goes over its limit is the one to blame; those before it are named. */
function bindFindings(channels: Channels): ConfigFinding[] {
  const users = new Map<string, [string, SmppConfig][]>();
  for (const entry of channels) {
    for (const account of accountsOf(entry[1])) users.set(account, [...(users.get(account) ?? []), entry]);
  }
  const found = new Map<string, ConfigFinding>();
  for (const sharing of users.values()) {
    const finding = overLimit(sharing);
    if (finding !== null && !found.has(finding.channel)) found.set(finding.channel, finding);
  }
  return [...found.values()];
}

function overLimit(sharing: readonly (readonly [string, SmppConfig])[]): ConfigFinding | null {
  const allowed = Math.min(...sharing.map(([, { limits }]) => limits.binds ?? Number.POSITIVE_INFINITY));
  let used = 0;
  for (const [index, [channel, config]] of sharing.entries()) {
    used += bindsOf(config);
    if (used <= allowed) continue;
    const others = sharing.slice(0, index).map(([id]) => `\`${id}\``);
    const shared = others.length === 0 ? '' : `, with ${others.join(' and ')} on the same systemId and host`;
    const message =
      `${used} binds${shared}, and \`limits.binds\` says that the telco allows ${allowed}: it would answer ` +
      `ESME_RALYBND. ${others.length === 0 ? 'Lower sessions' : 'Use one channel, or fewer sessions'}, or raise the limit if your contract allows more`;
    return { channel, severity: 'fault', path: [config.bind === 'separate' ? 'bind' : 'sessions'], message };
  }
  return null;
}
