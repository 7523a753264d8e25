import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import type { Intake } from '../../../../adapters/channels/twitter/inbound/intake.js';
import { signatureHeaders, WebhookDoor } from '../../../../adapters/channels/twitter/push/webhook.js';
import type { WebhookRequest } from '../../../../src/ports/webhook.js';
import { observers } from '../../../conformance/channel.js';

const secret = 'rahasia-aplikasi';
const door = new WebhookDoor([secret, 'rahasia-klien'], observers([]).meter);

function sign(body: string | Buffer, by = secret): string {
  return `sha256=${createHmac('sha256', by).update(body).digest('base64')}`;
}

function post(body: string, signature: string | undefined): WebhookRequest {
  const headers = { [signatureHeaders[0]]: signature };
  const url = '/webhooks/twitter';
  return { method: 'POST', url, query: new URLSearchParams(), headers, body: Buffer.from(body), remoteAddress: '::1' };
}

const nothing = JSON.stringify({ data: { event_type: 'follow.follow', payload: {} } });
const neverAsked = {} as Intake;

const answers: readonly { label: string; request: WebhookRequest; intake?: Intake | null; status: number }[] = [
  { label: 'an event that is not for us', request: post(nothing, sign(nothing)), status: 200 },
  {
    label: 'one that is signed by the client secret',
    request: post(nothing, sign(nothing, 'rahasia-klien')),
    status: 200,
  },
  {
    label: 'one whose signature is in the header of OAuth 2',
    request: {
      ...post(nothing, undefined),
      headers: { 'x-twitter-webhooks-signature-oauth2': sign(nothing, 'rahasia-klien') },
    },
    status: 200,
  },
  { label: 'another secret', request: post(nothing, sign(nothing, 'rahasia-lain')), status: 401 },
  { label: 'another body', request: post(`${nothing} `, sign(nothing)), status: 401 },
  { label: 'no signature', request: post(nothing, undefined), status: 401 },
  { label: 'an empty signature', request: post(nothing, ''), status: 401 },
  { label: 'a shorter signature', request: post(nothing, sign(nothing).slice(0, -1)), status: 401 },
  { label: 'a body that is no JSON', request: post('{', sign('{')), status: 400 },
  { label: 'an event before the channel is ready', request: post(nothing, sign(nothing)), intake: null, status: 503 },
  { label: 'no JSON and no signature', request: post('{', 'x'), status: 401 },
];

describe('twitter: webhooks', () => {
  for (const { label, request, intake = neverAsked, status } of answers) {
    it(`answers ${status} to ${label}`, async () => {
      expect((await door.answer(request, intake)).status).to.equal(status);
    });
  }

  it('answers the challenge of X', async () => {
    const query = new URLSearchParams({ crc_token: 'tantangan' });
    const answer = await door.answer({ ...post('', undefined), method: 'GET', query }, null);
    expect(answer.status).to.equal(200);
    expect(JSON.parse(answer.body ?? '')).to.deep.equal({ response_token: sign('tantangan') });
  });

  for (const c of [
    { label: 'an event that somebody forges', token: nothing },
    { label: 'one with blanks before it', token: `  \n${nothing}` },
    { label: 'a list', token: '[1]' },
    { label: 'more than any token has', token: 'a'.repeat(513) },
    { label: 'nothing', token: '' },
  ]) {
    it(`signs no challenge that is ${c.label}`, async () => {
      const query = new URLSearchParams({ crc_token: c.token });
      const answer = await door.answer({ ...post('', undefined), method: 'GET', query }, null);
      expect(answer.status).to.equal(400);
      expect(answer.body).to.not.include('sha256=');
    });
  }

  it('has no answer to a challenge without a token', async () => {
    expect((await door.answer({ ...post('', undefined), method: 'GET' }, null)).status).to.equal(400);
  });

  it('asks X to send again what was not stored', async () => {
    const event = JSON.stringify({ data: { event_type: 'post.mention.create', payload: {} } });
    const full = { takePosts: () => Promise.reject(new Error('disk full')) } as unknown as Intake;
    const answer = await door.answer(post(event, sign(event)), full);
    expect(answer).to.deep.include({ status: 503, headers: { 'retry-after': '5' } });
  });
});
