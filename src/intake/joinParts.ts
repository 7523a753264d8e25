import { decodeText, isTextEncoding } from '../domain/sms/decode.js';
import type { StoredPart } from '../ports/store.js';

/** Stands where a part of a long message never came. */
const missingMark = '[…]';

/**
 * Joins the parts of one long message. Neighbours of one encoding are decoded together: a phone may cut inside an
 * escape pair or a surrogate pair, and each half alone is no character.
 *
 * @param parts in order, `null` where one is missing.
 */
export function joinParts(parts: readonly (StoredPart | null)[]): { text: string; encoding: string } {
  const runs = groupRuns(parts);
  const encodings = new Set(runs.flatMap((run) => (run === null ? [] : [run.encoding])));
  return {
    text: runs.map((run) => (run === null ? missingMark : decodeRun(run))).join(''),
    encoding: [...encodings].join('+'),
  };
}

interface Run {
  readonly encoding: string;
  readonly octets: Buffer[];
}

function groupRuns(parts: readonly (StoredPart | null)[]): (Run | null)[] {
  const runs: (Run | null)[] = [];
  for (const part of parts) {
    const last = runs.at(-1);
    if (part === null) {
      if (last !== null) runs.push(null);
    } else if (last?.encoding === part.encoding) {
      last.octets.push(part.raw.subarray(part.textOffset));
    } else {
      runs.push({ encoding: part.encoding, octets: [part.raw.subarray(part.textOffset)] });
    }
  }
  return runs;
}

/** An encoding that is an adapter's own is kept as UTF-8. */
function decodeRun(run: Run): string {
  return decodeText(isTextEncoding(run.encoding) ? run.encoding : 'utf8', Buffer.concat(run.octets));
}
