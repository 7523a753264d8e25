import { expect } from 'chai';
import nock from 'nock';
import { agentsOf, closeAgents } from '../../../../adapters/channels/exchange.js';
import { fetchMedia } from '../../../../adapters/channels/twilio/media.js';
import type { FetchedAttachment } from '../../../../src/ports/channel.js';
import { png } from '../../../media/pictures.js';
import { accountSid, authToken, configOf, sidOf } from './account.js';

const api = 'https://api.twilio.com';
const id = `${sidOf('MM', 7)}/Media/${sidOf('ME', 1)}`;
const path = `/2010-04-01/Accounts/${accountSid}/Messages/${id}`;
const cdn = 'https://media.twiliocdn.com';

describe('twilio channel: media', () => {
  const agents = agentsOf(2);
  after(() => closeAgents(agents));
  afterEach(() => {
    const unasked = nock.pendingMocks();
    nock.cleanAll();
    expect(unasked).to.deep.equal([]);
  });

  const fetchIt = (changes: object = {}, asked = id): Promise<FetchedAttachment> =>
    fetchMedia(agents, configOf(changes), asked, 1_000, new AbortController().signal);

  const answers: readonly { label: string; status: number; body?: Buffer; outcome: FetchedAttachment }[] = [
    { label: 'its octets', status: 200, body: png(), outcome: { kind: 'fetched', octets: png() } },
    {
      label: 'too many octets',
      status: 200,
      body: png('x'.repeat(1_000)),
      outcome: { kind: 'never', code: 'too_large' },
    },
    { label: 'nothing any more', status: 404, outcome: { kind: 'never', code: 'gone' } },
    { label: 'a failure', status: 503, outcome: { kind: 'later', cause: 'answered 503' } },
    { label: 'a wrong token', status: 401, outcome: { kind: 'later', cause: 'answered 401' } },
  ];
  for (const { label, status, body, outcome } of answers) {
    it(`is ${outcome.kind} after ${label}`, async () => {
      nock(api).get(path).basicAuth({ user: accountSid, pass: authToken }).reply(status, body);
      expect(await fetchIt()).to.deep.equal(outcome);
    });
  }

  it('is not fetched off the host', async () => {
    nock(api)
      .get(path)
      .reply(307, '', { location: `${cdn}/x` });
    expect(await fetchIt()).to.deep.equal({ kind: 'never', code: 'redirected' });
  });

  it('is fetched from a host that the config names, without credentials', async () => {
    nock(api)
      .get(path)
      .reply(307, '', { location: `${cdn}/x?sig=1` });
    nock(cdn, { badheaders: ['authorization'] })
      .get('/x?sig=1')
      .reply(200, png());
    expect(await fetchIt({ mediaHosts: ['media.twiliocdn.com'] })).to.deep.equal({ kind: 'fetched', octets: png() });
  });

  const elsewhere = [
    { label: 'in the clear', location: 'http://media.twiliocdn.com/x' },
    { label: 'to a host whose name only begins so', location: 'https://media.twiliocdn.com.example/x' },
    { label: 'to nowhere', location: '' },
  ];
  for (const { label, location } of elsewhere) {
    it(`is not fetched ${label}`, async () => {
      nock(api).get(path).reply(302, '', { location });
      expect((await fetchIt({ mediaHosts: ['media.twiliocdn.com'] })).kind).to.equal('never');
    });
  }

  it('is redirected once', async () => {
    nock(api)
      .get(path)
      .reply(307, '', { location: `${cdn}/x` });
    nock(cdn)
      .get('/x')
      .reply(307, '', { location: `${cdn}/y` });
    expect((await fetchIt({ mediaHosts: ['media.twiliocdn.com'] })).kind).to.equal('never');
  });

  for (const asked of ['../../../x', `${id}/..`, 'https://evil.example/', '']) {
    it(`has no name like "${asked.slice(-12)}"`, async () => {
      expect(await fetchIt({}, asked)).to.deep.equal({ kind: 'never', code: 'unknown_id' });
    });
  }
});
