import { jsonApi } from '../http.js';
import { controlRoutes } from './control.js';
import { Smsc, type SmscOptions } from './smsc.js';

/** Starts an SMSC with its control API. Rejects when a port is taken. */
export async function startSmsc(options: SmscOptions): Promise<Smsc> {
  const smsc = new Smsc(options);
  await smsc.open(jsonApi(controlRoutes(smsc)));
  return smsc;
}

export type { Smsc, SmscOptions, TelcoOptions } from './smsc.js';
