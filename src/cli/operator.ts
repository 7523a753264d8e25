import { userInfo } from 'node:os';
import { InvalidArgumentError } from 'commander';
import type { Environment } from '../config/interpolate.js';
import { askGateway } from '../control/client.js';
import { findControlSocket } from '../control/findSocket.js';
import { type Acted, type ControlAnswer, type ControlRequest, reasonSchema } from '../control/protocol.js';
import { printable } from '../domain/printable.js';
import { badConfigExitCode, type FaultPrinter, printFaults } from './printFaults.js';
import type { Output } from './tracker.js';

/** What the commands need that talk with the running gateway. */
export interface OperatorDeps extends FaultPrinter {
  readonly env: Environment;
  readonly output: Output;
  readonly setExitCode: (code: number) => void;
}

export const configOption = [
  '-c, --config <file>',
  'the config of the gateway (default: $GATEWAY_CONFIG, else the packaged demonstration)',
] as const;

export const reasonOption = ['-r, --reason <text>', 'why, for those who read the audit trail later', reasonOf] as const;

export function reasonOf(text: string): string {
  const reason = reasonSchema.safeParse(text);
  if (reason.success) return reason.data;
  throw new InvalidArgumentError('expected some words on one line, at most 500 characters.');
}

/**
 * Who types, for the audit trail: the user of the operating system, and who used sudo to be that. A note, no proof: only
 * the gateway's own user and root can command it at all, and they could say anything.
 */
export function operatorName(env: Environment): string {
  const user = userName();
  const behind = env.SUDO_USER;
  return behind === undefined || behind === '' || behind === user ? user : `${behind} (sudo as ${user})`;
}

/** A user without a name (a container's number, say) is still somebody. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** Asks the running gateway; null when the config does not tell where it is, which then has been said. */
export async function askRunning(
  config: string | undefined,
  request: ControlRequest,
  deps: OperatorDeps,
): Promise<ControlAnswer | null> {
  const socket = findControlSocket(config, deps.env);
  if (socket.ok) return await askGateway(socket.file, request);
  printFaults(socket.faults, deps);
  deps.print('The running gateway, if there is one, was not asked and goes on as it was.');
  deps.setExitCode(badConfigExitCode);
  return null;
}

/** Says what came of an act: faults as `check` says them, and exit code 2 for them, 1 for any other no. */
export function tellActed({ result, message, faults }: Acted, deps: OperatorDeps): void {
  if (faults.length > 0) printFaults(faults, deps);
  const line = `${result === 'done' ? '' : `${result}: `}${printable(message)}`;
  if (result === 'done') deps.output.write(`${line}\n`);
  else deps.print(line);
  if (result !== 'done') deps.setExitCode(faults.length > 0 ? badConfigExitCode : 1);
}

/** An answer of another kind than was asked for is an error's. */
export function unexpected(answer: ControlAnswer): Error {
  return new Error(answer.kind === 'error' ? answer.message : 'the running gateway answered something else');
}
