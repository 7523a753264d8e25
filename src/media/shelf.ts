import { createHash, randomUUID } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { linkKeyName } from './linkKey.js';

const sha256Form = /^[0-9a-f]{64}$/;

const knownSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('kept'),
    sha256: z.string().regex(sha256Form),
    bytes: z.int().nonnegative(),
    contentType: z.string(),
  }),
  /** It is not kept, and never will be: too large, of no type that is allowed, gone. */
  z.object({ kind: z.literal('refused'), code: z.string() }),
]);

/** What is known of an attachment that was fetched before. */
export type Known = Readonly<z.output<typeof knownSchema>>;

/** There is no room, or the disk takes nothing. */
export class ShelfFault extends Error {
  override readonly name = 'ShelfFault';
}

/**
 * Attachments on disk, beside the database.
 *
 *   octets/ab/abcd…   what was fetched, under its own SHA-256: the same picture sent by a thousand is kept once
 *   known/12/1234…    what became of an attachment, under the hash of its id
 *
 * A file is whole or not there: it is written under another name, synced, then renamed.
 */
export class MediaShelf {
  #bytesKept = 0;

  private constructor(
    private readonly folder: string,
    private readonly maxBytesKept: number,
  ) {}

  /** Counts what is there. */
  static async open(folder: string, maxBytesKept: number): Promise<MediaShelf> {
    const shelf = new MediaShelf(folder, maxBytesKept);
    for await (const { bytes } of shelf.#files()) shelf.#bytesKept += bytes;
    return shelf;
  }

  get bytesKept(): number {
    return this.#bytesKept;
  }

  /** @throws ShelfFault */
  async keep(octets: Buffer): Promise<string> {
    const sha256 = createHash('sha256').update(octets).digest('hex');
    const file = this.#octetsFile(sha256);
    if (await touched(file)) return sha256;
    if (this.#bytesKept + octets.length > this.maxBytesKept) throw new ShelfFault('the media take all their room');
    await this.#write(file, octets);
    return sha256;
  }

  /** @throws ShelfFault */
  async remember(attachmentId: string, known: Known): Promise<void> {
    await this.#write(this.#knownFile(attachmentId), Buffer.from(JSON.stringify(known)));
  }

  /** @returns null where nothing is known, or the octets are gone meanwhile */
  async recall(attachmentId: string): Promise<Known | null> {
    const text = await readFile(this.#knownFile(attachmentId), 'utf8').catch(() => '');
    const known = readKnown(text);
    if (known?.kind !== 'kept') return known;
    return (await touched(this.#octetsFile(known.sha256))) ? known : null;
  }

  /** @returns where the octets are; null where they are not, or that is no SHA-256 */
  async find(sha256: string): Promise<{ readonly file: string; readonly bytes: number } | null> {
    if (!sha256Form.test(sha256)) return null;
    const file = this.#octetsFile(sha256);
    const found = await stat(file).catch(() => null);
    return found === null ? null : { file, bytes: found.size };
  }

  /** Removes what nobody asked for since. */
  async tidy(unusedSinceMs: number): Promise<void> {
    for await (const { file, bytes, usedMs } of this.#files()) {
      if (usedMs >= unusedSinceMs) continue;
      await rm(file, { force: true });
      this.#bytesKept -= bytes;
    }
  }

  #octetsFile(sha256: string): string {
    return join(this.folder, 'octets', sha256.slice(0, 2), sha256);
  }

  #knownFile(attachmentId: string): string {
    const hash = createHash('sha256').update(attachmentId).digest('hex');
    return join(this.folder, 'known', hash.slice(0, 2), hash);
  }

  async #write(file: string, octets: Buffer): Promise<void> {
    const unfinished = join(this.folder, `unfinished-${randomUUID()}`);
    try {
      const before = (await stat(file).catch(() => null))?.size ?? 0;
      await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
      const handle = await open(unfinished, 'wx', 0o600);
      try {
        await handle.writeFile(octets);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(unfinished, file);
      this.#bytesKept += octets.length - before;
    } catch (error) {
      await rm(unfinished, { force: true });
      throw new ShelfFault(`the disk takes no media: ${(error as NodeJS.ErrnoException).code ?? 'unknown fault'}`);
    }
  }

  async *#files(): AsyncGenerator<{ readonly file: string; readonly bytes: number; readonly usedMs: number }> {
    const entries: Dirent[] = await readdir(this.folder, { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      if (!entry.isFile() || entry.name === linkKeyName) continue;
      const file = join(entry.parentPath, entry.name);
      const found = await stat(file).catch(() => null);
      if (found !== null) yield { file, bytes: found.size, usedMs: found.mtimeMs };
    }
  }
}

/** A file that somebody spoiled says nothing: the attachment is fetched again. */
function readKnown(text: string): Known | null {
  try {
    return knownSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Marks a file as used now. @returns whether it is there */
async function touched(file: string): Promise<boolean> {
  const now = new Date();
  return utimes(file, now, now).then(
    () => true,
    () => false,
  );
}
