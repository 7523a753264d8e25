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
