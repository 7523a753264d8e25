import type { FetchedAttachment } from '../../../src/ports/channel.js';
import { downloaded } from '../download.js';
import { type Agents, type Asked, exchange } from '../exchange.js';
import { authorization } from './api.js';
import type { TwilioConfig } from './config.js';

/**
 * A medium of this account by its path below the account, `MM…/Media/ME…`. The URL itself is not kept: what is fetched
 * with our credentials is made of the config, never of what came in.
 */
export function mediaIdOf(url: string, { accountSid }: TwilioConfig): string | null {
  const path = URL.canParse(url) ? new URL(url).pathname : '';
  const found = /^\/2010-04-01\/Accounts\/(AC\w{32})\/Messages\/((?:SM|MM)\w{32}\/Media\/ME\w{32})$/.exec(path);
  return found?.[1] === accountSid ? (found[2] ?? null) : null;
}

const idForm = /^(?:SM|MM)\w{32}\/Media\/ME\w{32}$/;
const isRedirect: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** With Basic authentication; a redirect is followed once, to a host that the config names, and without credentials. */
export async function fetchMedia(
  agents: Agents,
  config: TwilioConfig,
  id: string,
  maxBytes: number,
  stop: AbortSignal,
): Promise<FetchedAttachment> {
  if (!idForm.test(id)) return { kind: 'never', code: 'unknown_id' };
  const asked: Asked = {
    method: 'GET',
    url: new URL(`${config.apiUrl}/2010-04-01/Accounts/${config.accountSid}/Messages/${id}`),
    headers: { authorization: authorization(config) },
    timeoutMs: config.timeoutSeconds * 1_000,
    answerMaxBytes: maxBytes,
    stop,
  };
  const answer = await exchange(agents, asked);
  if (answer.kind !== 'answered' || !isRedirect.has(answer.status)) return downloaded(answer);
  const elsewhere = allowedUrl(answer.headers.location ?? '', config);
  return downloaded(elsewhere === null ? answer : await exchange(agents, { ...asked, url: elsewhere, headers: {} }));
}

function allowedUrl(location: string, { apiUrl, mediaHosts }: TwilioConfig): URL | null {
  const url = URL.canParse(location, apiUrl) ? new URL(location, apiUrl) : null;
  // Not from https to http, where a picture could be swapped on its way.
  return url !== null && url.protocol === new URL(apiUrl).protocol && mediaHosts.includes(url.host) ? url : null;
}
