import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { closeHttp, listen, parseJson, readBody, sendFault, sendJson } from '../http.js';
import { TelegramSimulator } from './simulator.js';

export interface RunningTelegram {
  readonly port: number;
  readonly simulator: TelegramSimulator;
  close(): Promise<void>;
}

const maxBodyBytes = 64 * 1024;

/** The Bot API for one bot, on loopback. Rejects when the port is taken. */
export async function startTelegramSimulator(token: string, port = 0): Promise<RunningTelegram> {
  const simulator = new TelegramSimulator();
  const server = createServer((request, response) => {
    void answer(simulator, token, request, response).catch((error: unknown) => sendFault(response, error));
  });
  return { port: await listen(server, '127.0.0.1', port), simulator, close: () => closeHttp(server) };
}

async function answer(
  simulator: TelegramSimulator,
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, owner, fileId = ''] = /^\/file\/bot([^/]+)\/documents\/(\w+)$/.exec(request.url ?? '') ?? [];
  const file = owner === token ? simulator.files.get(fileId) : undefined;
  if (file !== undefined) {
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': file.length }).end(file);
    return;
  }
  const [, given, method = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(request.url ?? '') ?? [];
  const params = parseJson(await readBody(request, maxBodyBytes));
  if (given !== token) {
    sendJson(response, 401, { ok: false, error_code: 401, description: 'Unauthorized' });
    return;
  }
  const hungUp = new AbortController();
  response.once('close', () => hungUp.abort());
  const told = await simulator.call(method, (params ?? {}) as Readonly<Record<string, unknown>>, hungUp.signal);
  if (told === 'vanish') request.socket.destroy();
  else sendJson(response, told.status, told.body);
}

export type { Treatment } from './simulator.js';
