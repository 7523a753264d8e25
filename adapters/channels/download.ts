import type { FetchedAttachment } from '../../src/ports/channel.js';
import type { Exchanged } from './exchange.js';

/** What the answer to a request for a file comes to. A redirect is the caller's to judge: nothing here follows one. */
export function downloaded(exchanged: Exchanged): FetchedAttachment {
  if (exchanged.kind !== 'answered') {
    const isTooLarge = exchanged.kind === 'unanswered' && exchanged.tooLong === true;
    return isTooLarge ? { kind: 'never', code: 'too_large' } : { kind: 'later', cause: exchanged.cause };
  }
  const { status, body } = exchanged;
  if (status === 200) return { kind: 'fetched', octets: body };
  if (status === 404 || status === 410) return { kind: 'never', code: 'gone' };
  if (status >= 300 && status < 400) return { kind: 'never', code: 'redirected' };
  return { kind: 'later', cause: `answered ${status}` };
}
