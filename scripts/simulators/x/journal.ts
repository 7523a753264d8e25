import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Stamp } from './world/ids.js';
import type { UserTraits } from './world/people.js';
import type { Draft } from './world/posts.js';

/**
 * What happened at X, one JSON object a line, so that a restarted simulator still has the posts that a gateway took from it.
 * Without it the gateway would find them gone, and their authors would seem to have deleted them.
 */
export type Entry =
  | ({ readonly kind: 'posted'; readonly from: string; readonly draft: Draft } & Stamp)
  | ({ readonly kind: 'edited'; readonly previousId: string; readonly text: string } & Stamp)
  | ({ readonly kind: 'deleted' } & Stamp)
  | ({ readonly kind: 'messaged'; readonly from: string; readonly to: string; readonly text: string } & Stamp)
  | { readonly kind: 'described'; readonly handle: string; readonly traits: UserTraits };

/** X's own search reaches back 7 days and its messages 30: older ones are left behind at the next start. */
const keptMs = 30 * 86_400_000;

export class Journal {
  constructor(private readonly file: string) {}

  /** Reads what is kept, and leaves the rest behind. @throws Error where the file can't be read or written. */
  open(): readonly Entry[] {
    const oldestMs = Date.now() - keptMs;
    const entries = this.#read().filter((entry) => entry.kind === 'described' || entry.atMs >= oldestMs);
    mkdirSync(dirname(this.file), { recursive: true });
    const next = `${this.file}.next`;
    writeFileSync(next, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''), { mode: 0o600 });
    renameSync(next, this.file);
    return entries;
  }

  append(entry: Entry): void {
    appendFileSync(this.file, `${JSON.stringify(entry)}\n`);
  }

  #read(): readonly Entry[] {
    let text: string;
    try {
      text = readFileSync(this.file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
    const lines = text.split('\n').filter((line) => line !== '');
    return lines.flatMap((line, place) => {
      try {
        return [JSON.parse(line) as Entry];
      } catch {
        // A kill may leave half of the last line.
        if (place === lines.length - 1) return [];
        throw new Error(
          `${this.file}, line ${place + 1}: not what the simulated X wrote; remove the file to begin anew`,
        );
      }
    });
  }
}
