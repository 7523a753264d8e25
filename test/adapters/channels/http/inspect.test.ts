import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { httpAdapter } from '../../../../adapters/channels/http/index.js';
import { packagedFile } from '../../../../src/config/env.js';
import { blockOf, configOf } from './preset.js';

type Block = Readonly<Record<string, unknown>>;

const own = {
  address: '1708',
  auth: { secret: { field: 'secret', value: 'rahasia17' } },
  username: 'lapor',
  password: 'sandi1708',
  outbound: { url: 'http://127.0.0.1:9/send' },
};
const callback = 'https://gateway.example.go.id/webhooks/tested';

function found(block: Block, webhookUrl: string | null = callback): string[] {
  const findings =
    httpAdapter.inspect?.(new Map([['tested', configOf(block)]]), { webhookUrl: () => webhookUrl }) ?? [];
  return findings.map(({ severity, path, message }) => `${severity} ${path.join('.')}: ${message}`);
}

describe('http channel: what check finds', () => {
  const presets = readdirSync(packagedFile('config', 'aggregators')).map((file) => file.replace(/\.yaml$/, ''));
  for (const preset of presets) {
    it(`nothing in the preset ${preset}, whose own examples fit`, () => {
      expect(found(blockOf(preset, own))).to.deep.equal([]);
      const titles = httpAdapter.examples?.(configOf(blockOf(preset, own)), callback).map(({ title }) => title);
      expect(titles).to.deep.equal(['a text comes in', 'a reply goes out', 'a receipt comes in']);
    });
  }

  const { password: _password, username: _username, ...anonymous } = own;
  const cases: readonly {
    readonly label: string;
    readonly block: Block;
    readonly url?: null;
    readonly finds: readonly string[];
  }[] = [
    {
      label: 'places that are filled with nothing',
      block: blockOf('kannel', { ...anonymous, auth: { addresses: ['10.0.0.0/8'] } }),
      url: null,
      finds: [
        'fault outbound.query.username: {username} is empty: set username in this channel',
        'fault outbound.query.password: {password} is empty: set password in this channel',
        'fault outbound.query.dlr-url: {webhookUrl} is empty: set server.publicUrl, from which it is made',
        'fault outbound.query.dlr-url: {secret} is empty: set auth.secret, whose value it is',
      ],
    },
    {
      label: 'an example that the mapping does not fit',
      block: blockOf('telco-callback', { ...own, inbound: { fields: { from: 'pengirim' } } }),
      finds: [
        'fault inbound.example: the request lacks the sender: expected a field pengirim; it has original, sendto, message, messageid, udhl, dcs',
      ],
    },
    {
      label: 'an example that would be taken for a receipt',
      block: blockOf('telco-callback', { ...own, inbound: { example: 'original=1&message=a&status=0' } }),
      finds: ['fault inbound.example: it has the field status, by which receipts are told from texts'],
    },
    {
      label: 'a receipt with a status that the table lacks',
      block: blockOf('telco-callback', { ...own, receipts: { example: 'messageid=1&status=7' } }),
      finds: ['fault receipts.example: its status is not among receipts.statuses'],
    },
    {
      label: 'nobody kept out',
      block: blockOf('telco-callback', { ...own, auth: 'none' }),
      finds: ['warning auth: none: whoever reaches this server can send reports in the name of any number'],
    },
  ];
  for (const { label, block, url, finds } of cases) {
    it(label, () => expect(found(block, url)).to.deep.equal(finds));
  }
});
