import type { ChannelContext } from '../../../../src/ports/channel.js';
import type { TwitterConfig } from '../config.js';
import { XApi } from './client.js';
import { Credentials } from './credentials.js';
import { TokenStore } from './tokenStore.js';
import { Transport } from './transport.js';

/** What it takes to talk to X with a channel's config. */
export function openApi(config: TwitterConfig, { log, meter }: Pick<ChannelContext, 'log' | 'meter'>, mayRenew = true) {
  const transport = new Transport(config.apiUrl, config.requestTimeoutSeconds * 1_000);
  const { clientId, clientSecret, refreshToken, tokenFile } = config;
  const isOAuth2 = clientId !== undefined && refreshToken !== undefined && tokenFile !== undefined;
  const tokens = isOAuth2
    ? new TokenStore({ clientId, clientSecret, refreshToken, tokenFile }, transport, log, mayRenew)
    : null;
  return { transport, api: new XApi(transport, new Credentials(config, tokens), meter, log) };
}
