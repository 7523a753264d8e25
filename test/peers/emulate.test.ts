import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createEmulator, type Emulator } from 'emulate';
import { freePort } from '../../scripts/bench/freePort.js';
import { fact } from '../../scripts/chaos/fact.js';
import { type GatewayWithTracker, startGateway } from '../../scripts/peers/gateway.js';

/** The built gateway and the package `emulate`, a stateful Twilio that shares no code with us or with Twilio's library. */

const account = { sid: `AC${'0'.repeat(32)}`, auth_token: 'token-of-the-emulated-account' };
const ours = '+15551234567';
const citizen = '+15557654321';
const patienceMs = 20_000;

interface EmulatedMessage {
  readonly sid: string;
  readonly body: string;
  readonly direction: string;
  readonly to: string;
}

describe('the gateway and an emulated Twilio', () => {
  let folder: string;
  let httpPort: number;
  let twilio: Emulator;
  let gateway: GatewayWithTracker;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'peers-twilio-'));
    httpPort = await freePort();
    const number = { phone_number: ours, sms_url: `http://127.0.0.1:${httpPort}/webhooks/twilio`, sms_method: 'POST' };
    const seed = { twilio: { account, phone_numbers: [number] } };
    twilio = await createEmulator({ service: 'twilio', port: await freePort(), seed });
    await start();
  });

  after(async () => {
    await gateway?.close();
    await twilio?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** In the same folder, so that a second start goes on with the store of the first. */
  async function start(): Promise<void> {
    const channel = {
      adapter: 'twilio',
      accountSid: account.sid,
      authToken: account.auth_token,
      address: ours,
      countryCode: '1',
      apiUrl: twilio.url,
    };
    gateway = await startGateway({ folder, httpPort, channels: { twilio: channel } });
  }

  async function ask(path: string, form?: Readonly<Record<string, string>>): Promise<unknown> {
    const authorization = `Basic ${Buffer.from(`${account.sid}:${account.auth_token}`).toString('base64')}`;
    const body = form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) };
    const answer = await fetch(`${twilio.url}${path}`, { headers: { authorization }, ...body });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  }

  async function text(body: string): Promise<void> {
    await ask('/_twilio/simulate/inbound-message', { To: ours, From: citizen, Body: body });
  }

  async function filed(body: string): Promise<string> {
    const { simulator } = gateway.tracker;
    const look = () =>
      simulator.ledger
        .tickets(0, simulator.ledger.distinct)
        .find(({ trackingId }) => simulator.ledger.report(trackingId)?.text === body);
    const ticket = await simulator.changes.until(look, patienceMs);
    if (ticket === undefined) throw new Error(`the tracker was not given "${body}"`);
    return ticket.trackingId;
  }

  function replied(words: string): Promise<EmulatedMessage> {
    const look = async () => {
      const listed = await ask(`/2010-04-01/Accounts/${account.sid}/Messages.json`);
      return (listed as { messages: EmulatedMessage[] }).messages.find(
        ({ direction, body }) => direction === 'outbound-api' && body.includes(words),
      );
    };
    return fact(`a reply with ${words}`, look, patienceMs);
  }

  async function settled(): Promise<number> {
    return (await gateway.metrics()).receiptsOfReplies;
  }

  it('takes a text that was signed by it, and answers by its Messages API', async () => {
    await text('Jalan rusak di Sukasada — parah 😷');
    const reply = await replied(`#${await filed('Jalan rusak di Sukasada — parah 😷')}.`);
    expect(reply.to).to.equal(citizen);
  });

  it('hears by the status callback that a reply was delivered', async () => {
    await text('Lampu mati di Pejeng');
    const { sid } = await replied(`#${await filed('Lampu mati di Pejeng')}.`);
    const before = await settled();
    await ask('/_twilio/simulate/message-status', { MessageSid: sid, Status: 'delivered' });
    await fact('a receipt moved the reply', async () => ((await settled()) > before ? true : undefined), patienceMs);
  });

  it('finds by listing what came while it was away, and takes nothing twice', async () => {
    await gateway.stop();
    await gateway.close();
    await text('Air keruh sejak kemarin');
    await start();
    await filed('Air keruh sejak kemarin');
    await replied(`#${await filed('Air keruh sejak kemarin')}.`);
    // The tracker is a new one: the texts of before would be filed there again if they had been taken again.
    expect(gateway.tracker.simulator.ledger.distinct).to.equal(1);
  });
});
