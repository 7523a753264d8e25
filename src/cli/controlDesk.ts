import type { Composed } from '../compose.js';
import type { GatewayConfig } from '../config/load.js';
import { ControlDesk } from '../control/desk.js';
import { type ReadSettings, Reload } from '../control/reload.js';
import { type ControlServer, startControlServer } from '../control/server.js';
import { controlSocketFile } from '../control/socketFile.js';
import { messageOf } from '../domain/messageOf.js';
import type { Log } from '../ports/log.js';
import type { Redaction } from '../telemetry/logger.js';

export interface Control {
  /** Takes no more commands, and resolves when those under way have ended. */
  close(): Promise<void>;
}

/** Lets operators command the running gateway: over its control socket, and by SIGHUP. */
export async function openControl(
  config: GatewayConfig,
  { gateway, parts, setupOf }: Composed,
  redaction: Redaction,
  read: ReadSettings,
): Promise<Control> {
  const { store, log, metrics } = parts;
  const { switchboard } = gateway;
  const reload = new Reload(config, {
    read,
    setupOf,
    switchboard,
    useWording: (wording) => parts.wording.use(wording),
    hide: (secrets) => redaction.add(secrets),
  });
  const acted = metrics.acted.bind(metrics);
  const desk = new ControlDesk({ store, switchboard, reload, log, acted });
  const server = await listenOrWarn(controlSocketFile(config.store), desk, log);
  const onHangUp = (): void => void desk.answer({ command: 'reload', actor: 'SIGHUP', reason: null });
  // At a terminal the signal says that the terminal is gone; there it ends the gateway, as `start` sees to.
  if (!process.stdin.isTTY) process.on('SIGHUP', onHangUp);
  return {
    close: async () => {
      process.off('SIGHUP', onHangUp);
      await Promise.all([desk.close(), server?.close()]);
    },
  };
}

/** A gateway that cannot be commanded still carries messages: it says so, and goes on. */
async function listenOrWarn(file: string, desk: ControlDesk, log: Log): Promise<ControlServer | null> {
  try {
    return await startControlServer(file, (request) => desk.answer(request), log);
  } catch (error) {
    log.error({ error: messageOf(error) }, 'no commands can be taken: `reload`, `channel` will not reach this gateway');
    return null;
  }
}
