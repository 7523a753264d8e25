/** One thing wrong in a file that an operator writes. */
export interface ConfigFileFault {
  /** As it was named to the reader: relative names stay relative. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Such as `channels.telkomsel.port`; empty where the fault is with the file as a whole. */
  readonly key: string;
  /** What was found and what was expected; never a secret's value. */
  readonly message: string;
}

export type KeyPath = readonly (string | number)[];

/** `channels.telkomsel.hosts[1]` */
export function keyName(path: KeyPath): string {
  return path.reduce<string>((name, key) => {
    if (typeof key === 'number') return `${name}[${key}]`;
    return name === '' ? key : `${name}.${key}`;
  }, '');
}
