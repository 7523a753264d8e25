import { expect } from 'chai';
import { CommanderError } from 'commander';
import { smppAdapter } from '../../adapters/channels/smpp/index.js';
import { openSqliteStore } from '../../adapters/stores/sqlite/index.js';
import { partsCommand } from '../../src/cli/parts.js';
import type { GatewayConfig } from '../../src/config/load.js';
import { joinParts } from '../../src/intake/joinParts.js';
import type { ChannelAdapter } from '../../src/ports/channel.js';
import type { Store } from '../../src/ports/store.js';
import { binaryPart, citizen, longSms, smsPart } from '../fakes/parts.js';
import { SqlitePlace } from '../fakes/sqlitePlace.js';

describe('lapor-gateway parts', () => {
  let place: SqlitePlace;
  let store: Store;

  beforeEach(async () => {
    place = await SqlitePlace.create();
    store = await place.open();
  });

  afterEach(async () => {
    await store.close();
    await place.remove();
  });

  const accept = (...parts: Parameters<Store['acceptParts']>[0]['parts']) =>
    store.acceptParts({ channelId: 'telkomsel', medium: 'sms', parts, joinUntilMs: Number.MAX_SAFE_INTEGER });

  /** The channels of a config whose telco means this alphabet by data_coding 0. */
  function configWith(defaultAlphabet: string): GatewayConfig {
    const block = { host: 'smsc', systemId: 'a', password: 'b', address: '1708', defaultAlphabet };
    const parsed = smppAdapter.parseConfig(block);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    const adapter = smppAdapter as ChannelAdapter;
    const mute: ChannelAdapter = { ...adapter, decodeStored: () => ({ encoding: null, textOffset: 0 }) };
    const { decodeStored: _, ...without } = adapter;
    const channels = new Map([
      ['telkomsel', { adapter, config: parsed.config }],
      ['mute', { adapter: mute, config: parsed.config }],
      ['posts', { adapter: without, config: parsed.config }],
    ]);
    return { file: 'gateway.yaml', channels } as unknown as GatewayConfig;
  }

  async function run(words: string, alphabet = 'latin1'): Promise<{ out: string; err: string; exitCode: number }> {
    let out = '';
    let err = '';
    const command = partsCommand({
      configOf: async () => configWith(alphabet),
      openStore: async () => openSqliteStore({ file: place.file, rules: { joinParts }, role: 'operator' }),
      operator: 'adi',
      output: { write: (text: string) => (out += text) },
    });
    for (const each of [command, ...command.commands]) {
      each.exitOverride().configureOutput({ writeErr: (text) => (err += text) });
    }
    try {
      await command.parseAsync(words.split(' '), { from: 'user' });
      return { out, err, exitCode: 0 };
    } catch (error) {
      if (error instanceof CommanderError) return { out, err, exitCode: error.exitCode };
      throw error;
    }
  }

  it('lists what could not be read, without words and addresses', async () => {
    await accept(smsPart(), binaryPart());
    const { out } = await run('list');
    expect(out).to.match(
      /^PART +RECEIVED +CHANNEL +SENDER +CODING +READ AS +ODDITY +OCTETS +REPORT\n2 .*0x04 +binary +binary +8 +-\n$/,
    );
    expect(out).to.not.include(citizen);
    expect((await run('list --json')).out)
      .to.include('"octets":8')
      .and.not.include('raw');
  });

  it('lists the parts of one report', async () => {
    await accept(...longSms(['satu', 'dua'], 1));
    const [part] = await store.storedParts({ by: 'number', partIds: [1] }, 1);
    expect((await run(`list --of ${part?.reportId}`)).out.trimEnd().split('\n')).to.have.length(3);
    expect((await run('list --of 1000009')).out).to.equal('Nothing is known of 1000009.\n');
    expect((await run('list')).out).to.equal('No part waits that could not be read.\n');
  });

  it('shows octets and words, harmless to a terminal', async () => {
    await accept(...longSms(['a\u001b[2J', 'b'], 1));
    const { out } = await run('show 1 7');
    expect(out).to.include('part 7: none such');
    expect(out).to.include('header       05 00 03 01 02 01\n').and.include('octets       61 1b 5b 32 4a\n');
    expect(out).to.include('piece        1 of a long message').and.not.include('\u001b');
  });

  it('shows before and after by the charset that is configured now, and changes nothing', async () => {
    await accept(smsPart({ raw: Buffer.from('Café', 'latin1'), text: 'Cafi' }));
    const { out } = await run('redecode 1');
    expect(out).to.equal(
      `part 1: its report, not in the tracker yet, would be corrected
  report  ${(await store.storedParts({ by: 'number', partIds: [1] }, 1))[0]?.reportId}
  before  gsm7      Cafi
  after   latin1    Café
Nothing was changed; \`--apply\` makes it so.
`,
    );
    expect(await store.acts({ limit: 9 })).to.deep.equal([]);
  });

  it('applies, by the charset that is named, and puts it in the trail', async () => {
    await accept(binaryPart({ raw: Buffer.from('Air mati', 'latin1') }));
    const { out } = await run('redecode 1 --encoding ascii --apply --reason charset');
    expect(out).to.match(
      /^part 1: its dead letter became a report\n {2}report {2}\w.*\n.*not read.*\n {2}after {3}ascii +Air mati\n$/,
    );
    const [act] = await store.acts({ limit: 9 });
    expect(act).to.deep.include({ actor: 'adi', act: 'parts redecode', subject: 'part 1', reason: 'charset' });
    expect(act?.end).to.include({ result: 'done', detail: 'binary to ascii: its dead letter became a report' });
    expect(JSON.stringify(act), 'no words of a citizen').to.not.include('Air mati');
  });

  it('tells how many were left as they are', async () => {
    await accept(binaryPart({ oddity: 'unreadable_receipt' }), binaryPart());
    const { out, err, exitCode } = await run('redecode 1 2 3 --encoding latin1 --apply');
    expect(out)
      .to.include('part 1: not changed: it is a delivery receipt')
      .and.include('part 3: there is no such part');
    expect([err.trim(), exitCode]).to.deep.equal(['2 of 3 were not changed', 1]);
    expect((await store.acts({ limit: 9 })).map(({ end }) => end?.result)).to.deep.equal(['done', 'refused']);
  });

  const refusals = [
    { label: 'a channel that is not configured', channelId: 'xl', says: 'xl is not in gateway.yaml' },
    { label: 'a channel whose texts are no octets', channelId: 'posts', says: 'not decoded from octets' },
    { label: 'a coding that is no text there', channelId: 'mute', says: 'name the charset by --encoding' },
  ];
  for (const { label, channelId, says } of refusals) {
    it(`cannot read again what came by ${label}`, async () => {
      await store.acceptParts({ channelId, medium: 'sms', parts: [binaryPart()], joinUntilMs: 0 });
      expect((await run('redecode 1')).out).to.include(says);
    });
  }

  it('takes part numbers and known charsets only', async () => {
    expect((await run('show x')).err).to.include('expected a part');
    expect((await run('redecode 1 --encoding ebcdic')).err).to.include('latin1');
  });
});
