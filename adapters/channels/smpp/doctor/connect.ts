import { lookup } from 'node:dns/promises';
import { connect as connectSocket, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectSecurely, type TLSSocket } from 'node:tls';

/** The steps before SMPP, one by one, so that each can be blamed by itself. */

export type Reached<Value> =
  | { readonly ok: true; readonly value: Value }
  /** @property code of the operating system or of OpenSSL, `timeout`, `closed`, or `file` for certificates of our own. */
  | { readonly ok: false; readonly code: string };

/** All addresses of a name; an address is its own. */
export async function resolveHost(host: string): Promise<Reached<readonly string[]>> {
  if (isIP(host) !== 0) return { ok: true, value: [host] };
  try {
    const found = await lookup(host, { all: true });
    return { ok: true, value: found.map(({ address }) => address) };
  } catch (error) {
    return { ok: false, code: codeOf(error) };
  }
}

export function reachTcp(host: string, port: number, timeoutMs: number): Promise<Reached<Socket>> {
  const socket = connectSocket({ host, port, noDelay: true });
  return settled(socket, 'connect', timeoutMs, socket);
}

/**
 * Makes a connection secure. On failure it is closed.
 *
 * @param options may throw: a certificate's file may be gone, or hold something else
 */
export function startTls(
  socket: Socket,
  options: () => ConnectionOptions,
  timeoutMs: number,
): Promise<Reached<TLSSocket>> {
  let secure: TLSSocket;
  try {
    secure = connectSecurely({ ...options(), socket });
  } catch {
    socket.destroy();
    return Promise.resolve({ ok: false, code: 'file' });
  }
  return settled(socket, 'secureConnect', timeoutMs, secure);
}

function settled<Kind extends Socket>(
  raw: Socket,
  event: string,
  timeoutMs: number,
  socket: Kind,
): Promise<Reached<Kind>> {
  return new Promise((resolve) => {
    const end = (reached: Reached<Kind>) => {
      clearTimeout(timer);
      socket.off(event, onReady);
      socket.off('error', onError);
      socket.off('close', onClose);
      // Late errors of a socket that is given up belong to nobody.
      if (!reached.ok) {
        socket.on('error', () => undefined);
        socket.destroy();
        raw.destroy();
      }
      resolve(reached);
    };
    const onReady = () => end({ ok: true, value: socket });
    const onError = (error: unknown) => end({ ok: false, code: codeOf(error) });
    const onClose = () => end({ ok: false, code: 'closed' });
    const timer = setTimeout(() => end({ ok: false, code: 'timeout' }), timeoutMs);
    socket.once(event, onReady);
    socket.once('error', onError);
    socket.once('close', onClose);
  });
}

/** Several addresses that all failed come as one error that holds the others; the first tells enough. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error ? String(error.code) : 'other';
}
