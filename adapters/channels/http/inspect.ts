import type { Surroundings } from '../../../src/ports/channel.js';
import type { ConfigFinding } from '../../../src/ports/config.js';
import type { HttpConfig } from './config.js';
import { exampleMessage, exampleReceipt } from './example.js';
import { type PlaceName, textsIn, usesPlace } from './template.js';

type Finding = Omit<ConfigFinding, 'channel'>;

/** What is wrong with a channel as a whole, though each key is right. */
export function inspectChannels(
  channels: ReadonlyMap<string, HttpConfig>,
  surroundings: Surroundings,
): readonly ConfigFinding[] {
  return [...channels].flatMap(([channel, config]) =>
    [...placeFaults(config, surroundings.webhookUrl(channel)), ...exampleFaults(config), ...surprises(config)].map(
      (finding) => ({ ...finding, channel }),
    ),
  );
}

/** Places that would be filled with nothing. */
function placeFaults(config: HttpConfig, webhookUrl: string | null): Finding[] {
  const lacking: readonly [place: PlaceName, isLacking: boolean, remedy: string][] = [
    ['webhookUrl', webhookUrl === null, 'set server.publicUrl, from which it is made'],
    ['secret', config.auth?.secret === undefined, 'set auth.secret, whose value it is'],
    ['username', config.username === undefined, 'set username in this channel'],
    ['password', config.password === undefined, 'set password in this channel'],
  ];
  const { url: _url, success: _success, refused: _refused, ...templates } = config.outbound ?? {};
  return textsIn(templates).flatMap(([path, text]) =>
    lacking
      .filter(([place, isLacking]) => isLacking && usesPlace(text, place))
      .map(([place, , remedy]): Finding => {
        const message = `{${place}} is empty: ${remedy}`;
        return { path: ['outbound', ...path], message, severity: 'fault' };
      }),
  );
}

function exampleFaults(config: HttpConfig): Finding[] {
  const message = exampleMessage(config);
  const receipt = exampleReceipt(config);
  return [
    ...(message?.kind === 'unreadable'
      ? [{ path: ['inbound', 'example'], message: message.why, severity: 'fault' } as const]
      : []),
    ...(receipt?.kind === 'unreadable'
      ? [{ path: ['receipts', 'example'], message: receipt.why, severity: 'fault' } as const]
      : []),
  ];
}

function surprises({ auth, outbound, receipts }: HttpConfig): Finding[] {
  const noted: readonly [isSo: boolean, path: readonly string[], message: string][] = [
    [auth === null, ['auth'], 'none: whoever reaches this server can send reports in the name of any number'],
    [outbound === undefined, [], 'has no `outbound`: citizens get no answer, and each reply becomes a dead letter'],
    [
      receipts !== undefined && outbound !== undefined && outbound.externalId === undefined,
      ['outbound'],
      'has no `externalId`: no receipt will find its reply',
    ],
  ];
  return noted.filter(([isSo]) => isSo).map(([, path, message]) => ({ path, message, severity: 'warning' }));
}
