import { jsonApi } from '../http.js';
import { controlRoutes } from './control.js';
import { Smsc, type SmscOptions } from './smsc.js';

/** Starts an SMSC with its control API. Rejects when a port is taken. */
export async function startSmsc(options: SmscOptions): Promise<Smsc> {
  const smsc = new Smsc(options);
  await smsc.open(jsonApi(controlRoutes(smsc)));
  return smsc;
}

export type { CitizenText, TextState, TextView } from './citizenText.js';
export type { InboxMessage } from './handsets.js';
export type { MalformedKind } from './malformed.js';
export { SmscRefusal } from './refusal.js';
export type { Smsc, SmscOptions, TelcoOptions, TextRequest } from './smsc.js';
export type { SwitchesInput } from './switches.js';
