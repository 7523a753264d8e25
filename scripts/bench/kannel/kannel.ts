import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../freePort.js';
import { waitForHttp } from '../httpProbe.js';
import { type Processes, ServerProcess } from '../processes.js';
import { adminPassword, type KannelStore, kannelConfig } from './kannelConfig.js';

/** Where Debian's package puts the two programs; they are not on an ordinary user's PATH. */
const bearerboxFile = '/usr/sbin/bearerbox';
const smsboxFile = '/usr/sbin/smsbox';
const readyWithinMs = 20_000;

export interface KannelStart {
  readonly folder: string;
  readonly store: KannelStore;
  readonly smscPorts: readonly number[];
  readonly replyUrl: string;
  /**
   * Without smsbox, messages are acknowledged and wait in bearerbox's store: what the gateway does while its tracker
   * is dead. It is also Kannel's best: with smsbox taking the messages it acknowledged about a tenth less.
   */
  readonly withSmsbox: boolean;
}

export interface Kannel {
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

/** Why Kannel cannot be measured, or null. */
export function kannelAbsence(): string | null {
  const isInstalled = [bearerboxFile, smsboxFile].every((file) => existsSync(file));
  return isInstalled ? null : 'it is not installed here (Debian package kannel)';
}

/** Starts bearerbox, and smsbox if wanted, and resolves when the one is connected to the other. */
export async function startKannel(start: KannelStart, processes: Processes): Promise<Kannel> {
  await mkdir(join(start.folder, 'spool'), { recursive: true });
  const [adminPort, smsboxPort, sendsmsPort] = await Promise.all([freePort(), freePort(), freePort()]);
  const location = join(start.folder, start.store === 'spool' ? 'spool' : 'kannel.store');
  const config = { ...start, adminPort, smsboxPort, sendsmsPort, store: { type: start.store, location } };
  const configFile = join(start.folder, 'kannel.conf');
  await writeFile(configFile, kannelConfig(config));
  const box = (name: string, file: string) =>
    new ServerProcess(name, file, [configFile], join(start.folder, `${name}.log`), processes);

  const statusUrl = `http://127.0.0.1:${adminPort}/status.txt?password=${adminPassword}`;
  const boxes = [box('bearerbox', bearerboxFile)];
  await waitForHttp(statusUrl, (status) => status === 200, goneOf(boxes), readyWithinMs);
  if (start.withSmsbox) {
    boxes.push(box('smsbox', smsboxFile));
    await waitForHttp(statusUrl, (_status, body) => /^\s*smsbox:.*on-line/m.test(body), goneOf(boxes), readyWithinMs);
  }
  return {
    pids: boxes.map((one) => one.pid),
    // Killed, not asked: with messages waiting, smsbox takes minutes to end, and nobody measures it.
    stop: async () => {
      await Promise.all(boxes.map((one) => one.kill()));
    },
  };
}

function goneOf(boxes: readonly ServerProcess[]): AbortSignal {
  return AbortSignal.any(boxes.map((box) => box.gone));
}
