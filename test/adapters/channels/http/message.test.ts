import { expect } from 'chai';
import fc from 'fast-check';
import type { HttpConfig } from '../../../../adapters/channels/http/config.js';
import { readFields, wantedBy } from '../../../../adapters/channels/http/fields.js';
import { readMessage } from '../../../../adapters/channels/http/message.js';
import { joinParts } from '../../../../src/intake/joinParts.js';
import type { Part } from '../../../../src/ports/channel.js';
import type { WebhookRequest } from '../../../../src/ports/webhook.js';
import { blockOf, configOf } from './preset.js';

const own = { address: '1708', auth: 'none', outbound: { url: 'http://127.0.0.1:9/send' } };
const kannel = configOf(blockOf('kannel', own));
const telco = configOf(blockOf('telco-callback', own));

function requestOf(given: Partial<WebhookRequest>): WebhookRequest {
  return {
    method: 'GET',
    url: '/webhooks/tested',
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.alloc(0),
    remoteAddress: '127.0.0.1',
    ...given,
  };
}

function read(config: HttpConfig, given: Partial<WebhookRequest>): Part {
  const fields = readFields(requestOf(given), 'all', wantedBy(config.inbound.fields));
  if (fields.kind === 'refused') throw new Error(fields.message);
  const message = readMessage(fields.fields, config, 0);
  if (message.kind === 'incomplete') throw new Error(message.message);
  return message.part;
}

const byQuery = (query: string) => ({ url: `/webhooks/tested?${query}` });

/** Each `from` is `081234567890` in some form. */
const from = '6281234567890';
const sukasada = 'Jalan rusak di Sukasada';

describe('http channel: what an aggregator says', () => {
  const cases: readonly {
    readonly label: string;
    readonly config: HttpConfig;
    readonly request: Partial<WebhookRequest>;
    readonly part: Partial<Part>;
  }[] = [
    {
      label: 'Kannel, seven-bit',
      config: kannel,
      request: byQuery('from=%2B6281234567890&to=1708&text=Jalan+rusak+di+Sukasada&id=a1&coding=0&charset=UTF-8&udh='),
      part: { from, to: '1708', text: sukasada, encoding: 'utf8', externalId: 'a1', dataCoding: 0, textOffset: 0 },
    },
    {
      label: 'Kannel, a plus that was not escaped',
      config: kannel,
      request: byQuery('from=+6281234567890&to=1708&text=a+b&id=a1'),
      part: { from, text: 'a b' },
    },
    {
      label: 'Kannel, UCS-2 as its octets',
      config: kannel,
      request: byQuery(
        'from=081234567890&to=1708&text=%00J%00a%00l%00a%00n%20%14%D8%3D%DE%37&coding=2&charset=UTF-16BE',
      ),
      part: { from, text: 'Jalan—😷', encoding: 'ucs2', dataCoding: 8, oddity: null },
    },
    {
      label: 'Kannel, post-url: the body is the text, headers are the rest',
      config: kannel,
      request: {
        method: 'POST',
        ...byQuery('from=%2B6281234567890&to=1708'),
        headers: {
          'content-type': 'text/plain; charset="UTF-16BE"',
          'x-kannel-udh': '%05%00%03%03%02%01',
          'x-kannel-coding': '2',
        },
        body: Buffer.from('Lampu mati — gelap', 'utf16le').swap16(),
      },
      part: {
        from,
        to: '1708',
        text: 'Lampu mati — gelap',
        encoding: 'ucs2',
        concat: { reference: 3, total: 2, sequence: 1 },
        oddity: null,
      },
    },
    {
      label: 'Kannel, binary',
      config: kannel,
      request: byQuery('from=081234567890&text=%06%05%04&coding=1'),
      part: { text: null, encoding: 'binary', oddity: 'binary', raw: Buffer.from([6, 5, 4]) },
    },
    {
      label: 'Kannel, a part with its UDH as octets',
      config: kannel,
      request: byQuery('from=081234567890&text=Jalan+rusak+di+&coding=0&charset=UTF-8&udh=%05%00%03%2A%02%01'),
      part: {
        text: 'Jalan rusak di ',
        concat: { reference: 42, total: 2, sequence: 1 },
        textOffset: 6,
        raw: Buffer.from('\x05\x00\x03\x2a\x02\x01Jalan rusak di ', 'latin1'),
      },
    },
    {
      label: 'a UDH in hexadecimal digits',
      config: kannel,
      request: byQuery('from=081234567890&text=Sukasada&udh=0500032A0202'),
      part: { text: 'Sukasada', concat: { reference: 42, total: 2, sequence: 2 }, oddity: null },
    },
    {
      label: 'a UDH that does not add up',
      config: kannel,
      request: byQuery('from=081234567890&text=a&udh=%05%00%09%01'),
      part: { text: null, oddity: 'malformed_udh' },
    },
    {
      label: 'telco callback, plain',
      config: telco,
      request: byQuery('original=081234567890&sendto=1708&message=Jalan+rusak+di+Sukasada&messageid=77&udhl=0&dcs=0'),
      part: { from, to: '1708', text: sukasada, externalId: '77', dataCoding: 0 },
    },
    {
      label: 'telco callback, UCS-2 in hexadecimal digits',
      config: telco,
      request: byQuery(
        'original=6281234567890&sendto=1708&message=004A0061006C0061006E2014D83DDE37&messageid=78&dcs=8',
      ),
      part: { text: 'Jalan—😷', encoding: 'ucs2', dataCoding: 8 },
    },
    {
      label: 'telco callback, a part: the UDH is the beginning of the text',
      config: telco,
      request: byQuery(
        'original=6281234567890&sendto=1708&message=0500032A02024A616C616E20727573616B&messageid=78&udhl=6&dcs=0',
      ),
      part: { text: 'Jalan rusak', encoding: 'gsm7', concat: { reference: 42, total: 2, sequence: 2 }, textOffset: 6 },
    },
    {
      label: 'telco callback, hexadecimal digits that are none',
      config: telco,
      request: byQuery('original=6281234567890&message=Jalan&dcs=8'),
      part: { text: null, oddity: 'not_hex' },
    },
    {
      label: 'a form',
      config: telco,
      request: {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
        body: Buffer.from('msisdn=081234567890&shortcode=1708&message=Jalan+rusak+di+Sukasada&trx_id=9'),
      },
      part: { from, to: '1708', text: sukasada, externalId: '9' },
    },
    {
      label: 'JSON, nested, with numbers',
      config: configOf(
        blockOf('telco-callback', {
          ...own,
          inbound: {
            fields: { from: 'data.sender', text: 'data.texts.0', id: 'data.no' },
            example: '{"data":{"sender":"1","texts":["a"]}}',
          },
        }),
      ),
      request: {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: Buffer.from('{"data":{"sender":6281234567890,"texts":["Jalan rusak di Sukasada"],"no":12}}'),
      },
      part: { from, to: '1708', text: sukasada, externalId: '12' },
    },
    {
      label: 'a charset that only Node knows',
      config: kannel,
      request: byQuery('from=081234567890&text=%93gelap%94&charset=windows-1252'),
      part: { text: '“gelap”', encoding: 'utf8', raw: Buffer.from('“gelap”') },
    },
    {
      label: 'Latin letters that say to be UTF-8',
      config: kannel,
      request: byQuery('from=081234567890&text=caf%E9&charset=UTF-8'),
      part: { text: 'café', encoding: 'latin1', oddity: 'wrong_charset' },
    },
    {
      label: 'a charset that nobody knows',
      config: kannel,
      request: byQuery('from=081234567890&text=Jalan&charset=constructor'),
      part: { text: 'Jalan', oddity: 'unknown_charset' },
    },
    {
      label: 'an empty text',
      config: kannel,
      request: byQuery('from=081234567890&text=&id=1'),
      part: { text: '', oddity: null },
    },
    {
      label: 'the first of two fields of one name',
      config: kannel,
      request: byQuery('from=081234567890&text=satu&text=dua'),
      part: { text: 'satu' },
    },
  ];
  for (const { label, config, request, part } of cases) {
    it(label, () => expect(read(config, request)).to.deep.include(part));
  }

  it('joins what parts hold, each cut within a character', () => {
    const halves = ['%D8%3D', '%DE%37'].map((octets, index) =>
      read(
        kannel,
        byQuery(`from=081234567890&text=${octets}&coding=2&charset=UTF-16BE&udh=%05%00%03%01%02%0${index + 1}`),
      ),
    );
    expect(joinParts(halves).text).to.equal('😷');
  });

  const refused: readonly {
    readonly label: string;
    readonly request: Partial<WebhookRequest>;
    readonly says: string;
  }[] = [
    {
      label: 'no sender',
      request: byQuery('text=a'),
      says: 'lacks the sender: expected a field from',
    },
    { label: 'an empty sender', request: byQuery('from=&text=a'), says: 'lacks the sender' },
    { label: 'a letter as the sender', request: byQuery(`from=${'a'.repeat(65)}&text=a`), says: 'ordinary length' },
    { label: 'no text', request: byQuery('from=081234567890'), says: 'lacks the text: expected a field text or body' },
  ];
  for (const { label, request, says } of refused) {
    it(`says what is missing: ${label}`, () => expect(() => read(kannel, request)).to.throw(says));
  }

  it('knows a message by its id, and its parts apart', () => {
    const keys = ['', '&udh=0500030A0201', '&udh=0500030A0202'].map(
      (udh) => read(kannel, byQuery(`from=081234567890&text=a&id=7${udh}`)).key,
    );
    expect(keys).to.deep.equal([
      { by: 'id', id: '7' },
      { by: 'id', id: '7 part 1' },
      { by: 'id', id: '7 part 2' },
    ]);
  });

  it('without an id knows it by all it says, each request a link of its own', () => {
    const keys = ['a', 'a', 'b'].map((text) => read(kannel, byQuery(`from=081234567890&text=${text}`)).key);
    const prints = keys.map((key) => (key.by === 'content' ? key.fingerprint.toString('hex') : key.id));
    expect(prints[0]).to.equal(prints[1]).and.not.equal(prints[2]);
    expect(new Set(keys.map((key) => (key.by === 'content' ? key.link : 0))).size).to.equal(3);
  });

  describe('whatever comes', () => {
    const types = ['application/json', 'application/x-www-form-urlencoded', 'text/plain', ''];
    const anything = fc.record({
      query: fc.oneof(fc.string(), fc.webQueryParameters()),
      type: fc.constantFrom(...types),
      body: fc.oneof(
        fc.uint8Array(),
        fc.json().map((text) => Buffer.from(text)),
        fc.webQueryParameters().map((text) => Buffer.from(text)),
      ),
    });

    it('is read or refused, and never throws', () => {
      fc.assert(
        fc.property(anything, ({ query, type, body }) => {
          const request = requestOf({ ...byQuery(query), headers: { 'content-type': type }, body: Buffer.from(body) });
          const fields = readFields(request, 'all', { body: true, headers: ['content-type'] });
          if (fields.kind === 'fields') readMessage(fields.fields, telco, 0);
        }),
        { numRuns: 2_000 },
      );
    });

    it('carried as octets comes out as it went in', () => {
      fc.assert(
        fc.property(fc.string({ unit: 'grapheme' }), (text) => {
          const query = new URLSearchParams({ from: '081234567890', text, charset: 'UTF-8' });
          expect(read(kannel, byQuery(String(query))).text).to.equal(text.toWellFormed());
        }),
      );
    });
  });
});
