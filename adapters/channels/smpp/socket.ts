import { readFileSync } from 'node:fs';
import { connect as connectTcp, isIP, Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { SmppConfig, TlsConfig } from './config.js';

export interface Opening {
  readonly socket: Socket;
  /** Which event says that the peer can be talked to. */
  readonly ready: 'connect' | 'secureConnect';
}

/**
 * Opens a connection, over TLS where the config says so. Certificates are read for each connection: a renewed one needs
 * no restart. Never throws: a file that cannot be read becomes the socket's error.
 */
export function openSocket(config: Pick<SmppConfig, 'port' | 'tls'>, host: string): Opening {
  const place = { host, port: config.port, noDelay: true, keepAlive: true };
  if (config.tls === null) return { socket: connectTcp(place), ready: 'connect' };
  try {
    return { socket: connectTls({ ...place, ...tlsOptions(config.tls, host) }), ready: 'secureConnect' };
  } catch (error) {
    const socket = new Socket();
    socket.destroy(error instanceof Error ? error : new Error(String(error)));
    return { socket, ready: 'secureConnect' };
  }
}

/** Whether the host takes connections: opens one and closes it, without a word of SMPP. */
export function takesConnections(
  config: Pick<SmppConfig, 'port' | 'tls' | 'connectTimeoutSeconds'>,
  host: string,
  stop: AbortSignal,
): Promise<boolean> {
  const { socket, ready } = openSocket(config, host);
  const giveUp = () => void socket.destroy();
  stop.addEventListener('abort', giveUp, { once: true });
  return new Promise((resolve) => {
    const timer = setTimeout(giveUp, config.connectTimeoutSeconds * 1_000);
    let isReady = false;
    socket.once(ready, () => {
      isReady = true;
      socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearTimeout(timer);
      stop.removeEventListener('abort', giveUp);
      resolve(isReady);
    });
  });
}

/** @throws TlsFileError */
export function tlsOptions(tls: TlsConfig, host: string): ConnectionOptions {
  const serverName = tls.serverName ?? host;
  return {
    host,
    // An IP address is no server name (RFC 6066 §3); the certificate is then compared with the address itself.
    servername: isIP(serverName) === 0 ? serverName : '',
    minVersion: tls.minVersion,
    rejectUnauthorized: tls.verify,
    ...(tls.ca === undefined ? {} : { ca: tls.ca.map((file) => readPem(file, 'tls.ca')) }),
    ...(tls.cert === undefined ? {} : { cert: readPem(tls.cert, 'tls.cert') }),
    ...(tls.key === undefined ? {} : { key: readPem(tls.key, 'tls.key') }),
    ...(tls.passphrase === undefined ? {} : { passphrase: tls.passphrase }),
  };
}

/** Where the config has the text of a PEM file in place of its name. */
export function isPem(value: string): boolean {
  return value.includes('-----BEGIN ');
}

class TlsFileError extends Error {
  override readonly name = 'TlsFileError';

  /** @param code of the file system */
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

function readPem(value: string, key: string): string {
  if (isPem(value)) return value;
  try {
    return readFileSync(value, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new TlsFileError(code, `${key}: cannot read ${value} (${code})`);
  }
}

/** What Node's codes mean here, for the person who must mend it. */
const meanings: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there, or a firewall refuses',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ENOTFOUND: 'the name does not exist',
  EAI_AGAIN: 'the name server does not answer',
  ECONNRESET: 'the peer broke the connection; some do so to addresses that they do not know',
  CERT_HAS_EXPIRED: "the peer's certificate has expired",
  CERT_NOT_YET_VALID: "the peer's certificate is not valid yet; is this machine's clock right?",
  ERR_TLS_CERT_ALTNAME_INVALID:
    "the peer's certificate is for another name; if that is meant, set tls.serverName to it",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the peer's certificate is signed by itself; if it is the right one, give it as tls.ca",
  SELF_SIGNED_CERT_IN_CHAIN: "the peer's certificate is of a CA that is not known here; give that as tls.ca",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the peer's certificate is of a CA that is not known here; give that as tls.ca",
  UNABLE_TO_GET_ISSUER_CERT: "the peer's certificate is of a CA that is not known here; give that as tls.ca",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the peer's certificate is of a CA that is not known here; give that as tls.ca",
  ERR_SSL_WRONG_VERSION_NUMBER: 'the peer does not speak TLS on this port',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the peer does not speak TLS on this port',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'the peer speaks no TLS version from tls.minVersion upwards',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'the peer speaks no TLS version from tls.minVersion upwards',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'the peer wants a client certificate: give tls.cert and tls.key',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: 'the peer ended the handshake; it may want a client certificate',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'the peer does not know the CA of our certificate (tls.cert)',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'our certificate (tls.cert) has expired',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'the peer refuses our certificate (tls.cert)',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'the peer refuses our certificate (tls.cert)',
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: 'tls.key is not the key of tls.cert',
  ERR_OSSL_BAD_DECRYPT: 'tls.passphrase does not open tls.key',
  ERR_OSSL_PEM_NO_START_LINE: 'a file of tls is no PEM file',
};

/** `CERT_HAS_EXPIRED: the peer's certificate has expired`. */
export function describeSocketError(error: NodeJS.ErrnoException): string {
  if (error.code === undefined || error instanceof TlsFileError) return error.message;
  const meaning = meanings[error.code];
  return meaning === undefined ? error.code : `${error.code}: ${meaning}`;
}
