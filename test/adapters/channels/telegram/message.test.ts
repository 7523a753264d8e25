import { expect } from 'chai';
import fc from 'fast-check';
import { piecesOf } from '../../../../adapters/channels/telegram/api.js';
import { messageIdOf, readUpdate, referenceOf } from '../../../../adapters/channels/telegram/message.js';
import type { Part } from '../../../../src/ports/channel.js';
import { citizen, configOf } from './bot.js';

const config = configOf();
const chat = { id: citizen, type: 'private', first_name: 'Warga', username: 'warga_sukasada' };
const from = { id: citizen, is_bot: false, first_name: 'Warga' };

/** Shapes as https://core.telegram.org/bots/api documents them. */
const message = (content: object, changes: object = {}) => ({
  update_id: 9001,
  message: { message_id: 12, date: 1_795_253_400, chat, from, ...content },
  ...changes,
});

describe('telegram channel: what an update says', () => {
  const cases: readonly { readonly label: string; readonly json: unknown; readonly part: Partial<Part> }[] = [
    {
      label: 'a text',
      json: message({ text: 'Jalan rusak 😷' }),
      part: {
        key: { by: 'id', id: 'update 9001' },
        from: String(citizen),
        to: '@lapor1708_bot',
        text: 'Jalan rusak 😷',
        receivedAtMs: 1_795_253_400_000,
        externalId: referenceOf(citizen, 12, config),
        extras: { audience: 'private' },
        oddity: null,
      },
    },
    {
      label: 'a picture with words: its largest size',
      json: message({
        caption: 'Lampu mati',
        photo: [
          { file_id: 'small', file_size: 900 },
          { file_id: 'large', file_size: 90_000 },
        ],
      }),
      part: {
        text: 'Lampu mati',
        extras: {
          audience: 'private',
          attachments: [{ id: 'large', contentType: 'image/jpeg', bytes: 90_000, sha256: null }],
        },
      },
    },
    {
      label: 'a file alone',
      json: message({ document: { file_id: 'd', mime_type: 'application/pdf' } }),
      part: {
        text: '',
        extras: {
          audience: 'private',
          attachments: [{ id: 'd', contentType: 'application/pdf', bytes: null, sha256: null }],
        },
      },
    },
    {
      label: 'a place alone',
      json: message({ location: { latitude: -8.1, longitude: 115.1 } }),
      part: { text: '', extras: { audience: 'private', point: { lat: -8.1, lon: 115.1 } } },
    },
    {
      label: 'an answer to a message of ours',
      json: message({ text: 'sudah selesai', reply_to_message: { message_id: 11, chat, text: 'nomor 081234567890' } }),
      part: { extras: { audience: 'private', inReplyTo: referenceOf(citizen, 11, config) } },
    },
    {
      label: 'a sticker',
      json: message({ sticker: { file_id: 's' } }),
      part: { text: null, oddity: 'no_text' },
    },
    {
      label: 'an edit',
      json: message({}, { message: undefined, edited_message: message({ text: 'Jalan rusak parah' }).message }),
      part: {
        text: 'Jalan rusak parah',
        about: { externalId: referenceOf(citizen, 12, config), change: 'edited' },
      },
    },
  ];
  for (const { label, json, part } of cases) {
    it(label, () => {
      const read = readUpdate(json, config);
      if (read.kind !== 'part') throw new Error(read.why);
      expect(read.part).to.deep.include(part);
      const carried = `${read.part.raw.toString('utf8')} ${read.part.externalId} ${JSON.stringify(read.part.extras)}`;
      for (const name of [String(citizen), 'warga_sukasada', 'Warga']) expect(carried).to.not.include(name);
    });
  }

  const passedOver = [
    { label: 'a group', json: message({ text: 'a', chat: { id: -1, type: 'supergroup' } }), why: 'not_private' },
    { label: 'a poll', json: { update_id: 1, poll: {} }, why: 'unknown' },
    { label: 'nothing of Telegram', json: 'halo', why: 'unknown' },
    { label: 'null', json: null, why: 'unknown' },
  ];
  for (const { label, json, why } of passedOver) {
    it(`passes over ${label}`, () => expect(readUpdate(json, config)).to.deep.equal({ kind: 'passed_over', why }));
  }

  it('reads whatever comes, and never throws', () => {
    const shape = fc.record({ update_id: fc.integer(), message: fc.anything(), edited_message: fc.anything() });
    fc.assert(fc.property(fc.oneof(fc.anything(), shape), (json) => void readUpdate(json, config)));
  });

  it('refers to a message in a way that only this bot and this chat can follow', () => {
    const reference = referenceOf(citizen, 12, config);
    expect(messageIdOf(reference, String(citizen), config)).to.equal(12);
    expect(messageIdOf(reference, '1', config)).to.equal(null);
    expect(messageIdOf(reference, String(citizen), configOf({ token: '1:another-token-of-another' }))).to.equal(null);
    for (const forged of ['12', '12-', 'x', '']) expect(messageIdOf(forged, String(citizen), config)).to.equal(null);
  });

  it('breaks long texts so that Telegram takes each piece and nothing is lost', () => {
    fc.assert(
      fc.property(
        fc.array(fc.lorem({ maxCount: 40 }), { minLength: 1, maxLength: 60 }),
        fc.boolean(),
        (words, blanks) => {
          const text = words.join(blanks ? ' ' : '😷');
          const pieces = piecesOf(text);
          for (const piece of pieces) expect(piece.length).to.be.within(1, 4_096);
          expect(pieces.join('').replaceAll(' ', '')).to.equal(text.replaceAll(' ', ''));
          for (const piece of pieces) expect(piece.isWellFormed()).to.equal(true);
        },
      ),
      { numRuns: 50 },
    );
  });
});
