/** One thing wrong in a config block, with the path from that block's root to the key. */
export interface ConfigFault {
  readonly path: readonly (string | number)[];
  /** What was found and what was expected; never a secret's value. */
  readonly message: string;
}

export type Parsed<Config> =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] };
