import type { ConfigFileFault } from '../config/fault.js';
import { findStore } from '../config/findStore.js';
import type { Environment } from '../config/interpolate.js';
import { controlSocketFile } from './socketFile.js';

export type FoundSocket =
  | { readonly ok: true; readonly file: string }
  | { readonly ok: false; readonly faults: readonly ConfigFileFault[] };

/**
 * Where the gateway of a config listens for commands: beside its store, and nothing else of the file is read.
 *
 * @param option what `--config` named, if anything.
 */
export function findControlSocket(option: string | undefined, env: Environment): FoundSocket {
  const found = findStore(option, env);
  return found.ok ? { ok: true, file: controlSocketFile(found.store) } : found;
}
