import { expect } from 'chai';
import { understand } from '../../src/conversation/understand.js';
import { reportSchema } from '../../src/domain/report.js';
import type { StoredMessage } from '../../src/ports/store.js';

const message: StoredMessage = {
  id: '019a0000-0000-7000-8000-000000000001',
  receivedAtMs: Date.UTC(2026, 10, 21, 2, 30),
  channelId: 'telkomsel',
  medium: 'sms',
  address: '1708',
  senderRef: 's_0123456789abcdef',
  text: 'Jalan rusak di depan kantor camat Sukasada. Mohon diperbaiki',
  encoding: 'gsm7',
  parts: 1,
  externalIds: ['MO-1'],
  flags: [],
  extras: {},
};

const cases: readonly { label: string; message: StoredMessage }[] = [
  { label: 'a text', message },
  { label: 'an empty text', message: { ...message, text: '', externalIds: [] } },
  { label: 'a cut text', message: { ...message, flags: ['truncated'], parts: 2 } },
  {
    label: 'a post with all that a post may carry',
    message: {
      ...message,
      medium: 'twitter',
      extras: {
        attachments: [{ id: '7', contentType: 'image/jpeg', bytes: null, sha256: null }],
        point: { lat: -8.1, lon: 115.1 },
        inReplyTo: '99',
        publicUrl: 'https://x.example/1',
      },
    },
  },
];

describe('understanding a message', () => {
  for (const { label, message: given } of cases) {
    it(`makes a canonical report of ${label}`, () => {
      const report = understand(given);
      expect(reportSchema.parse(report)).to.deep.equal(report);
      expect(report).to.include({ id: given.id, text: given.text, receivedAt: '2026-11-21T02:30:00.000Z' });
      expect(report.flags).to.deep.equal(given.flags);
      expect(report.source).to.deep.equal({ externalIds: given.externalIds, parts: given.parts, encoding: 'gsm7' });
    });
  }

  it('carries what the channel knew beyond the text', () => {
    const report = understand((cases.at(-1) as { message: StoredMessage }).message);
    expect(report.point).to.deep.equal({ lat: -8.1, lon: 115.1 });
    expect(report.thread).to.deep.equal({ inReplyTo: '99', publicUrl: 'https://x.example/1' });
    expect(report.attachments).to.have.length(1);
  });
});
