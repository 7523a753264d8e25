import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import nock from 'nock';
import { listRequest, messageRequest } from '../../../../adapters/channels/twilio/api.js';
import { twilioAdapter } from '../../../../adapters/channels/twilio/index.js';
import { packagedFile } from '../../../../src/config/env.js';
import { steadyNowMs } from '../../../../src/domain/clock.js';
import type { OutboundReply, Outcome } from '../../../../src/ports/channel.js';
import { observers, ScriptedInbox } from '../../../conformance/channel.js';
import { type Components, type Schema, SchemaCheck } from '../../../openapi/schema.js';
import { accountSid, authToken, configOf, publicUrl, sidOf } from './account.js';

const api = 'https://api.twilio.com';
const path = `/2010-04-01/Accounts/${accountSid}/Messages.json`;
const reply: OutboundReply = {
  id: '0193c0de-0000-7000-8000-000000000001',
  to: '15557654321',
  text: 'Laporan Anda kami terima — #9165816.',
  kind: 'acknowledgement',
  inReplyTo: null,
};
const service = { messagingServiceSid: sidOf('MG', 1) };

describe('twilio channel: replies', () => {
  afterEach(() => {
    const unasked = nock.pendingMocks();
    nock.cleanAll();
    expect(unasked, 'answers that nobody asked for').to.deep.equal([]);
  });

  async function send(changes: object = {}, given: Partial<OutboundReply> = {}): Promise<Outcome> {
    const context = { id: 'tested', webhookUrl: publicUrl, ...observers([]) };
    const channel = twilioAdapter.create(configOf(changes), context);
    const stop = new AbortController();
    const stopped = channel.run(new ScriptedInbox(), stop.signal);
    const outcome = await channel.send({ ...reply, ...given }, steadyNowMs() + 5_000);
    stop.abort();
    await stopped;
    return outcome;
  }

  const sid = sidOf('SM', 5);
  const answers: readonly {
    readonly label: string;
    readonly status: number;
    readonly json: object | string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly outcome: Outcome;
  }[] = [
    {
      label: 'queued',
      status: 201,
      json: { sid, status: 'queued' },
      outcome: { kind: 'accepted', externalIds: [sid] },
    },
    {
      label: 'opted out',
      status: 400,
      json: { code: 21610 },
      outcome: { kind: 'withheld', code: 'opted_out', cause: 'answered 400, error 21610' },
    },
    ...[21211, 21602, 21612, 21614, 21617, 30018].map((code) => ({
      label: `error ${code}`,
      status: 400,
      json: { code },
      outcome: { kind: 'rejected', code: String(code), cause: `answered 400, error ${code}` } as const,
    })),
    ...[
      { label: 'a wrong token', status: 401, json: { code: 20003 } },
      { label: 'a number that is not ours', status: 400, json: { code: 21606 } },
      { label: 'a region that is not enabled', status: 400, json: { code: 21408 } },
    ].map((one) => ({
      ...one,
      outcome: { kind: 'unsent', cause: `answered ${one.status}, error ${one.json.code}` } as const,
    })),
    {
      label: 'too many requests',
      status: 429,
      json: { code: 20429 },
      headers: { 'retry-after': '3' },
      outcome: { kind: 'unsent', cause: 'answered 429, error 20429', retryAfterMs: 3_000 },
    },
    { label: 'a failure', status: 500, json: 'oops', outcome: { kind: 'unsent', cause: 'answered 500' } },
    { label: 'a proxy that gave up', status: 504, json: '', outcome: { kind: 'uncertain', cause: 'answered 504' } },
    { label: 'an answer without a sid', status: 201, json: [], outcome: { kind: 'accepted', externalIds: [] } },
  ];
  for (const { label, status, json, headers = {}, outcome } of answers) {
    it(`${outcome.kind}: ${label}`, async () => {
      nock(api)
        .post(path)
        .reply(status, json as nock.Body, headers);
      expect(await send()).to.deep.equal(outcome);
    });
  }

  const requests = [
    { label: 'from its number', changes: {}, form: { From: '+15551234567' }, user: accountSid, pass: authToken },
    {
      label: 'by a messaging service',
      changes: service,
      form: { MessagingServiceSid: service.messagingServiceSid },
      user: accountSid,
      pass: authToken,
    },
    {
      label: 'with an API key',
      changes: { apiKey: { sid: sidOf('SK', 1), secret: 'rahasia' } },
      form: { From: '+15551234567' },
      user: sidOf('SK', 1),
      pass: 'rahasia',
    },
  ];
  for (const { label, changes, form, user, pass } of requests) {
    it(`sends ${label}`, async () => {
      const body = { To: '+15557654321', Body: reply.text, StatusCallback: publicUrl, ...form };
      nock(api).post(path, body).basicAuth({ user, pass }).reply(201, { sid });
      expect((await send(changes)).kind).to.equal('accepted');
    });
  }

  for (const to of ['1708', 'TELKOMSEL', '15551234567']) {
    it(`answers no ${to}`, async () => {
      expect(await send({}, { to })).to.have.property('code', 'unanswerable');
    });
  }
});

/** Excerpt of Twilio's own description; it lies beside the project and is no part of it. */
const descriptionFile = packagedFile('..', 'shared', 'openapi', 'twilio-messages.json');

describe('twilio channel: requests against Twilio’s own description', () => {
  if (!existsSync(descriptionFile)) {
    it('LEFT OUT: there is no ../shared/openapi/twilio-messages.json beside the project', () => undefined);
    return;
  }
  const document = JSON.parse(readFileSync(descriptionFile, 'utf8')) as {
    readonly paths: Readonly<
      Record<
        string,
        {
          readonly post: { readonly requestBody: { readonly content: Readonly<Record<string, { schema: Schema }>> } };
          readonly get: { readonly parameters: readonly { name: string; in: string; schema: Schema }[] };
        }
      >
    >;
    readonly components: Components;
  };
  const check = new SchemaCheck(document.components);
  const messages = document.paths['/2010-04-01/Accounts/{AccountSid}/Messages.json'];

  for (const { label, changes } of [
    { label: 'from a number', changes: {} },
    { label: 'by a messaging service', changes: service },
  ]) {
    it(`a reply ${label} has only parameters that are described`, () => {
      const { url, body, headers } = messageRequest(reply, configOf(changes), publicUrl, 1_000);
      const content = messages?.post.requestBody.content[headers['content-type'] ?? ''];
      expect(url.pathname).to.equal(path);
      if (content === undefined) throw new Error('the description has no form for this request');
      const form = Object.fromEntries(new URLSearchParams(body));
      expect(check.faults(form, content.schema)).to.deep.equal([]);
      expect(check.faults({ ...form, Bodi: 'x' }, content.schema), 'control: a misspelled name').to.have.length(1);
    });
  }

  it('a listing has only parameters that are described', () => {
    const { url } = listRequest(configOf(), new Date(0), 1_000);
    const described = new Map(
      messages?.get.parameters.filter((each) => each.in === 'query').map((each) => [each.name, each.schema]),
    );
    for (const [name, text] of url.searchParams) {
      const schema = described.get(name);
      if (schema === undefined) throw new Error(`${name} is not described`);
      expect(check.faults(schema.type === 'integer' ? Number(text) : text, schema)).to.deep.equal([]);
    }
  });
});
