import { readFileSync } from 'node:fs';
import { isIP, type Socket } from 'node:net';
import { type ConnectionOptions, TLSSocket } from 'node:tls';
import type { Facts } from '../../../../src/ports/diagnosis.js';
import type { SmppConfig } from '../config.js';

/** The channel's `tls` block; null for a plain connection. Files are relative to the working directory. */
interface TlsBlock {
  readonly ca?: readonly string[] | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly passphrase?: string | undefined;
  readonly serverName?: string | undefined;
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  readonly verify?: boolean;
}

export function tlsOf(config: SmppConfig): TlsBlock | null {
  return (config as SmppConfig & { readonly tls?: TlsBlock | null }).tls ?? null;
}

/** @returns null where the channel speaks no TLS. @throws the file system's error for a file that cannot be read. */
export function tlsOptionsOf(config: SmppConfig, host: string): ConnectionOptions | null {
  const tls = tlsOf(config);
  if (tls === null) return null;
  const { serverName = host, ca, cert, key, passphrase, minVersion = 'TLSv1.2', verify = true } = tls;
  return {
    host,
    // An IP address is no server name (RFC 6066 section 3); the certificate is then compared with the address itself.
    servername: isIP(serverName) === 0 ? serverName : '',
    minVersion,
    rejectUnauthorized: verify,
    ...(ca === undefined ? {} : { ca: ca.map(readPem) }),
    ...(cert === undefined ? {} : { cert: readPem(cert) }),
    ...(key === undefined ? {} : { key: readPem(key) }),
    ...(passphrase === undefined ? {} : { passphrase }),
  };
}

/** A key may hold the text of a PEM file in place of its name: `${file:…}` brings it. */
export function isPem(value: string): boolean {
  return value.includes('-----BEGIN ');
}

function readPem(value: string): string {
  return isPem(value) ? value : readFileSync(value, 'utf8');
}

const dayMs = 86_400_000;

/** What was agreed on, and for how long it will hold. */
export function tlsFacts(socket: Socket): Facts {
  if (!(socket instanceof TLSSocket)) return {};
  const { subject, issuer, valid_to: validTo } = socket.getPeerCertificate();
  return {
    protocol: socket.getProtocol() ?? '-',
    subject: nameOf(subject?.CN),
    issuer: nameOf(issuer?.CN),
    daysLeft: Math.floor((Date.parse(validTo) - Date.now()) / dayMs),
  };
}

function nameOf(commonName: string | string[] | undefined): string {
  return [commonName ?? '-'].flat().join(', ');
}
