import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const linkKeyName = 'link-key';

/** The key that links are signed with, made when it is first needed. Nodes that share the folder share it. */
export async function linkKeyIn(folder: string): Promise<string> {
  const file = join(folder, linkKeyName);
  await writeFile(file, `${randomUUID()}${randomUUID()}`, { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  return readFile(file, 'utf8');
}
