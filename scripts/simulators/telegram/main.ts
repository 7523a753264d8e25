import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { portOption } from '../lifecycle.js';
import { startTelegramSimulator } from './index.js';

interface Options {
  readonly port: number;
  readonly token: string;
  readonly chat: string;
}

const help = `
A channel that polls it:
  telegram: { adapter: telegram, address: "@lapor1708_bot", token: "1708:simulated-telegram-token", apiUrl: "http://127.0.0.1:8081" }`;

const printEveryMs = 60_000;

async function run({ port: wanted, token, chat }: Options): Promise<void> {
  const { port, simulator, close } = await startTelegramSimulator(token, wanted);
  process.stdout.write(`The Bot API is on http://127.0.0.1:${port}. Each line is a message to the bot:\n`);
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (text) => {
    simulator.write(Number(chat), { text });
    simulator.push().catch((error: unknown) => process.stderr.write(`webhook: ${String(error)}\n`));
  });
  const printing = async (): Promise<void> => {
    for (let shown = 0; !stop.signal.aborted; ) {
      const look = () => (simulator.sent.length > shown ? simulator.sent.slice(shown) : undefined);
      const news = (await simulator.changes.until(look, printEveryMs, stop.signal)) ?? [];
      for (const { text } of news) process.stdout.write(`bot: ${text}\n`);
      shown += news.length;
    }
  };
  await Promise.race([printing(), once(stop.signal, 'abort')]);
  lines.close();
  await close();
}

await new Command('simulate telegram')
  .description('Plays Telegram’s Bot API for one bot and one person, who writes by standard input.')
  .option('--port <port>', 'port of the Bot API', portOption, 8081)
  .option('--token <token>', 'of the bot', '1708:simulated-telegram-token')
  .option('--chat <number>', 'of the person', '424242')
  .addHelpText('after', help)
  .action(run)
  .parseAsync();
