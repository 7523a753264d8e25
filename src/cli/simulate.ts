import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';

/** What can be simulated; each is a program of its own under scripts/simulators. */
const simulators = {
  smsc: 'telcos over SMPP: citizens who text, handsets, receipts, and every way to misbehave',
  x: 'X over HTTP: citizens who tweet, its limits and prices, streams, webhooks, and every fault',
  telegram: 'Telegram’s Bot API: one bot, and a person who writes to it',
  tracker: 'the core tracker over HTTP: files reports, emits events, fails on demand',
} as const;

/** Both trees are built side by side into dist/. */
const builtSimulators = new URL('../../scripts/simulators/', import.meta.url);

/**
 * `lapor-gateway simulate …`. The simulators are separate processes, started as an operator would start any peer:
 * the gateway has no code in common with them. Options, `--help` included, are theirs.
 */
export function simulateCommand(simulatorsUrl: URL = builtSimulators): Command {
  const command = new Command('simulate').description(
    'Play a telco, X, Telegram or a tracker, to develop or to rehearse against',
  );
  for (const [name, description] of Object.entries(simulators)) {
    command
      .command(name)
      .description(description)
      .argument('[options...]', `as \`simulate ${name} --help\` tells`)
      .allowUnknownOption()
      .helpOption(false)
      .action(async (options: readonly string[], _: unknown, self: Command) => {
        const script = fileURLToPath(new URL(`${name}/main.js`, simulatorsUrl));
        if (!existsSync(script)) self.error('The simulators are not built yet. Run `npm run build`.', { exitCode: 1 });
        process.exitCode = await runToEnd(script, options);
      });
  }
  return command;
}

/** @returns the exit code; 128 and the signal's number where a signal ended it, as shells have it. */
function runToEnd(script: string, options: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...options], { stdio: 'inherit' });
    const pass = (signal: NodeJS.Signals) => {
      // Ctrl-C reaches the child too, as it shares the terminal: passed on, it would count as the second signal.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
    for (const signal of signals) process.on(signal, pass);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      for (const each of signals) process.off(each, pass);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
