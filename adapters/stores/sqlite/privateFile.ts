import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes an empty file that only this account may read, in a folder that only it may enter: the store holds citizens'
 * numbers and words. SQLite gives its `-wal` and `-shm` files the mode of the file they belong to. What exists already
 * keeps the mode that its operator gave it.
 */
export function makePrivateFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
}
