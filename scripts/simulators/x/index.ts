import { createServer } from 'node:http';
import { closeHttp, jsonApi, listen } from '../http.js';
import { Timers } from '../timers.js';
import { endpointsOf, xApi } from './api/api.js';
import { type Credentials, demoCredentials } from './api/app.js';
import { controlRoutes } from './control.js';
import { Journal } from './journal.js';
import { Push } from './push/push.js';
import { type Exchange, XSimulator } from './simulator.js';
import { type SwitchesInput, switchesSchema } from './switches.js';

export interface XOptions {
  /** 127.0.0.1 when left out. */
  readonly host?: string;
  /** Any free port when left out or 0. */
  readonly port?: number;
  readonly controlPort?: number;
  /** The service's account; lapor1708. */
  readonly handle?: string;
  /** Those of the demonstration, where not given. */
  readonly credentials?: Partial<Credentials>;
  readonly switches?: SwitchesInput;
  readonly observe?: (exchange: Exchange) => void;
  /** Where it keeps what was posted over a restart; left out, it begins with nothing. */
  readonly file?: string;
}

/** Longer than clients keep an idle connection, so that X is never the one to close first. */
const keepAliveTimeoutMs = 75_000;

export interface RunningX {
  readonly port: number;
  readonly controlPort: number;
  readonly simulator: XSimulator;
  close(): Promise<void>;
}

/** Starts X with its control API. Rejects when a port is taken. */
export async function startX(options: XOptions = {}): Promise<RunningX> {
  const { host = '127.0.0.1' } = options;
  const simulator = new XSimulator(
    {
      handle: options.handle ?? 'lapor1708',
      credentials: { ...demoCredentials, ...options.credentials },
      switches: switchesSchema.parse(options.switches ?? {}),
      observe: options.observe ?? null,
    },
    options.file === undefined ? null : new Journal(options.file),
  );
  const push = new Push(simulator);
  const timers = new Timers();
  const endpoints = endpointsOf(push);
  const api = createServer({ keepAliveTimeout: keepAliveTimeoutMs, noDelay: true }, xApi(simulator, endpoints, timers));
  const names = [...endpoints.map(({ name }) => name), 'token'];
  const control = createServer(jsonApi(controlRoutes(simulator, push, names)));
  const close = async () => {
    timers.clear();
    await Promise.all([push.close(), closeHttp(api), closeHttp(control)]);
  };
  try {
    const port = await listen(api, host, options.port ?? 0);
    const controlPort = await listen(control, host, options.controlPort ?? 0);
    simulator.publicUrl = `http://${host}:${port}`;
    return { port, controlPort, simulator, close };
  } catch (error) {
    await close();
    throw error;
  }
}

export { demoCredentials } from './api/app.js';
