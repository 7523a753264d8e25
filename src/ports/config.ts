/** One thing wrong in a config block, with the path from that block's root to the key. */
export interface ConfigFault {
  readonly path: readonly (string | number)[];
  /** What was found and what was expected; never a secret's value. */
  readonly message: string;
  /** Set where a value of another type was expected: a text out of the environment may then be a number after all. */
  readonly wrongType?: true;
}

export type Parsed<Config> =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] };

/** Something about a channel's block that is right by itself and would fail, or may surprise, once it runs. */
export interface ConfigFinding extends ConfigFault {
  /** The channel's id. */
  readonly channel: string;
  /** A `fault` stops `start`; a `warning` is told by `check` and stops nothing. */
  readonly severity: 'fault' | 'warning';
}
