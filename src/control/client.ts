import { connect } from 'node:net';
import { answerSchema, type ControlAnswer, type ControlRequest } from './protocol.js';

/** A drain ends what is under way first, and a reload may drain several channels. */
const answerTimeoutMs = 180_000;

/** Why nobody answers, by the error's code. */
const connectFaults: Readonly<Record<string, (file: string) => string>> = {
  ENOENT: (file) => `no gateway runs on this store: there is no ${file}. Is it started, and with this config?`,
  ECONNREFUSED: (file) => `no gateway runs on this store: ${file} is left over from one that died. Start it first`,
  EACCES: (file) =>
    `this user may not control the gateway: ${file} is its owner's alone. Use \`sudo -u\` with that user`,
};

/** Asks the running gateway. Rejects, with what to do, when there is none or it says nothing that can be read. */
export async function askGateway(file: string, request: ControlRequest): Promise<ControlAnswer> {
  const line = await exchange(file, `${JSON.stringify(request)}\n`);
  const answer = answerSchema.safeParse(parsedOrNull(line));
  if (answer.success) return answer.data;
  throw new Error(
    line === ''
      ? 'the gateway ended the connection without an answer: see its log, and `lapor-gateway audit`'
      : 'the running gateway answers in another version’s words: restart it, or use the command of its version',
  );
}

function exchange(file: string, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect({ path: file });
    socket.setEncoding('utf8');
    socket.setTimeout(answerTimeoutMs, () => {
      reject(
        new Error(`no answer within ${answerTimeoutMs / 1000} s; \`lapor-gateway audit\` tells what became of it`),
      );
      socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const explain = connectFaults[error.code ?? ''];
      reject(new Error(explain?.(file) ?? `${file}: ${error.code ?? error.message}`, { cause: error }));
    });
    socket.on('data', (chunk: string) => {
      received += chunk;
    });
    socket.on('close', () => resolve(received.trim()));
    socket.write(request);
  });
}

function parsedOrNull(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
