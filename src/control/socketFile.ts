import { sqliteFile } from '../config/storeUrl.js';

/** With a store that nodes share, each has a socket of its own; on one machine their configs tell them apart. */
const socketOfNode = 'data/gateway.control';

/** Where the running gateway listens for operators' commands: beside a store of its own, else where the config says. */
export function controlSocketFile(store: { readonly url: string; readonly controlSocket: string | null }): string {
  if (store.controlSocket !== null) return store.controlSocket;
  const file = sqliteFile(store.url);
  return file === null ? socketOfNode : `${file}.control`;
}

/** What the address of a Unix domain socket can hold: 108 octets with a NUL on Linux, 104 elsewhere. */
export const socketPathMaxOctets = 103;
