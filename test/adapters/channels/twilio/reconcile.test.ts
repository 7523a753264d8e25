import { expect } from 'chai';
import { agentsOf, closeAgents, exchange } from '../../../../adapters/channels/exchange.js';
import { Reconciliation } from '../../../../adapters/channels/twilio/reconcile.js';
import { paramsOf, readWebhook } from '../../../../adapters/channels/twilio/webhook.js';
import { ScriptedInbox } from '../../../conformance/channel.js';
import { MemoryLog } from '../../../fakes/log.js';
import { accountSid, configOf, incoming, sidOf } from './account.js';
import { FakeTwilio } from './fakeTwilio.js';

const outageMs = Date.UTC(2026, 10, 21, 8);
const nowMs = Date.UTC(2026, 10, 21, 9, 30);
const cursorName = 'reconciled until';
const base = `/2010-04-01/Accounts/${accountSid}`;

function listed(number: number, changes: object = {}) {
  return {
    sid: sidOf('SM', number),
    from: '+15557654321',
    to: '+15551234567',
    body: `laporan ${number}`,
    direction: 'inbound',
    num_media: '0',
    date_sent: 'Sat, 21 Nov 2026 09:00:00 +0000',
    ...changes,
  };
}

describe('twilio channel: what came while nobody listened', () => {
  const agents = agentsOf(2);
  let twilio: FakeTwilio;
  let inbox: ScriptedInbox;
  let log: MemoryLog;
  let reconciliation: Reconciliation;

  beforeEach(async () => {
    twilio = await FakeTwilio.listen();
    inbox = new ScriptedInbox();
    inbox.cursors.set(cursorName, new Date(outageMs).toISOString());
    log = new MemoryLog();
    reconciliation = new Reconciliation(configOf({ apiUrl: twilio.url }), (asked) => exchange(agents, asked), log);
  });

  afterEach(() => twilio.close());
  after(() => closeAgents(agents));

  function page(messages: readonly object[], next: string | null = null) {
    return { status: 200, json: { messages, next_page_uri: next } };
  }

  it('is taken in the order in which it was written, page by page, and the cursor moves', async () => {
    const next = `${base}/Messages.json?Page=1&PageToken=x`;
    twilio.answer = ({ url }) =>
      url.searchParams.get('Page') === '1' ? page([listed(1)]) : page([listed(3), listed(2)], next);
    await reconciliation.once(inbox, nowMs);
    expect(inbox.committed.map(({ text }) => text)).to.deep.equal(['laporan 1', 'laporan 2', 'laporan 3']);
    expect(inbox.cursors.get(cursorName)).to.equal(new Date(nowMs).toISOString());
    const [{ url, headers } = { url: new URL('http://none'), headers: {} }] = twilio.asked;
    expect(Object.fromEntries(url.searchParams)).to.deep.equal({
      To: '+15551234567',
      'DateSent>': '2026-11-21T07:00:00Z',
      PageSize: '100',
    });
    expect(headers.authorization).to.match(/^Basic /);
  });

  it('is the same part as its webhook would have been', async () => {
    twilio.answer = () => page([listed(1, { body: incoming().Body })]);
    await reconciliation.once(inbox, nowMs);
    const webhook = readWebhook(paramsOf(String(new URLSearchParams(incoming()))), configOf(), 0);
    if (webhook.kind !== 'message') throw new Error('the webhook is no message');
    const receivedAtMs = Date.UTC(2026, 10, 21, 9);
    expect(inbox.committed).to.deep.equal([{ ...webhook.part, receivedAtMs }]);
  });

  it('has its pictures', async () => {
    const uri = `${base}/Messages/${sidOf('MM', 1)}/Media/${sidOf('ME', 1)}.json`;
    twilio.answer = ({ url }) =>
      url.pathname.endsWith('/Media.json')
        ? { status: 200, json: { media_list: [{ sid: sidOf('ME', 1), content_type: 'image/jpeg', uri }] } }
        : page([listed(1, { sid: sidOf('MM', 1), num_media: '1' })]);
    await reconciliation.once(inbox, nowMs);
    expect(inbox.committed[0]?.extras?.attachments).to.deep.equal([
      { id: `${sidOf('MM', 1)}/Media/${sidOf('ME', 1)}`, contentType: 'image/jpeg', bytes: null, sha256: null },
    ]);
  });

  it('is not what we sent ourselves', async () => {
    twilio.answer = () => page([listed(1, { direction: 'outbound-api' }), listed(2, { from: null })]);
    await reconciliation.once(inbox, nowMs);
    expect(inbox.committed).to.deep.equal([]);
  });

  it('is nothing the first time: only the cursor is set', async () => {
    inbox.cursors.clear();
    await reconciliation.once(inbox, nowMs);
    expect(twilio.asked).to.deep.equal([]);
    expect(inbox.cursors.get(cursorName)).to.equal(new Date(nowMs).toISOString());
  });

  it('asks no other host for the next page', async () => {
    twilio.answer = () => page([listed(1)], 'http://203.0.113.1/steal');
    await reconciliation.once(inbox, nowMs);
    expect(twilio.asked).to.have.length(1);
    expect(inbox.committed).to.have.length(1);
  });

  const faults = [
    { label: 'is refused', answer: () => ({ status: 401, json: { code: 20003 } }), says: 'answered 401' },
    { label: 'breaks', answer: () => null, says: 'ECONNRESET' },
  ];
  for (const { label, answer, says } of faults) {
    it(`comes with the next listing when one ${label}`, async () => {
      twilio.answer = answer;
      await reconciliation.once(inbox, nowMs);
      expect(inbox.cursors.get(cursorName)).to.equal(new Date(outageMs).toISOString());
      expect(log.text).to.include(says);
    });
  }

  it('comes with the next listing when the store takes nothing', async () => {
    twilio.answer = () => page([listed(1)]);
    inbox.fail();
    await reconciliation.once(inbox, nowMs);
    expect(log.text).to.include('the store took nothing');
    inbox.release();
    await reconciliation.once(inbox, nowMs);
    expect(inbox.committed).to.have.length(1);
  });
});
