import { lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { messageOf } from '../domain/messageOf.js';
import type { Log } from '../ports/log.js';
import { type ControlAnswer, type ControlRequest, requestSchema } from './protocol.js';
import { socketPathMaxOctets } from './socketFile.js';

const limits = { connections: 16, requestOctets: 8 * 1024, requestTimeoutMs: 5_000 } as const;

/** Read and write for the gateway's own user. */
const ownerOnlyUmask = 0o177;

export interface ControlServer {
  /** Takes no more requests, and resolves when those under way are answered. */
  close(): Promise<void>;
}

/**
 * Listens for operators' commands on a Unix domain socket.
 *
 * Not HTTP: whoever reaches the port of webhooks must not be able to stop a channel, and a second port would need a
 * password that somebody has to keep. A socket file has what is needed: the kernel lets only the gateway's own user
 * (and root) connect, nothing leaves the machine, and it lies beside the store whose lock says which gateway it is.
 *
 * To be called by who holds the lock on the store: a socket that is there already is a dead gateway's.
 * @throws when there cannot be one, with what to do.
 */
export async function startControlServer(
  file: string,
  answer: (request: ControlRequest) => Promise<ControlAnswer>,
  log: Log,
): Promise<ControlServer> {
  if (Buffer.byteLength(file) > socketPathMaxOctets) {
    throw new Error(
      `${file} is too long for a socket (${socketPathMaxOctets} octets): use a shorter path in store.url or store.controlSocket`,
    );
  }
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  removeLeftOver(file);
  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    serve(socket, answer, log);
  });
  server.maxConnections = limits.connections;
  await listen(server, file);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
      }),
  };
}

function removeLeftOver(file: string): void {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket())
    throw new Error(`${file} is in the way: it is no socket. Move it, or name another in store.controlSocket`);
  unlinkSync(file);
}

/** The file is made within `listen`, so that it is never open to others, not even for a moment. */
function listen(server: Server, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const umask = process.umask(ownerOnlyUmask);
    try {
      server.listen(file, () => {
        server.off('error', reject);
        resolve();
      });
    } finally {
      process.umask(umask);
    }
  });
}

function serve(socket: Socket, answer: (request: ControlRequest) => Promise<ControlAnswer>, log: Log): void {
  let received = '';
  socket.setEncoding('utf8');
  socket.setTimeout(limits.requestTimeoutMs, () => socket.destroy());
  // A command that was interrupted is no fault of ours; what it asked for is done all the same.
  socket.on('error', () => undefined);
  const take = (chunk: string): void => {
    received += chunk;
    const end = received.indexOf('\n');
    if (end === -1 && received.length <= limits.requestOctets) return;
    socket.off('data', take);
    socket.setTimeout(0);
    void reply(received.slice(0, Math.max(end, 0)), answer, log).then((said) => {
      if (socket.writable) socket.end(`${JSON.stringify(said)}\n`);
    });
  };
  socket.on('data', take);
}

async function reply(
  line: string,
  answer: (request: ControlRequest) => Promise<ControlAnswer>,
  log: Log,
): Promise<ControlAnswer> {
  const request = requestSchema.safeParse(parsedOrNull(line));
  if (!request.success) {
    return {
      kind: 'error',
      message: 'the running gateway does not know this command: is it of another version? Restart it',
    };
  }
  try {
    return await answer(request.data);
  } catch (error) {
    log.error({ command: request.data.command, error: messageOf(error) }, 'a command failed');
    return { kind: 'error', message: messageOf(error) };
  }
}

function parsedOrNull(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
