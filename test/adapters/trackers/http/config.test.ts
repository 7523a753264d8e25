import { expect } from 'chai';
import { secretsOf, warningsOf } from '../../../../adapters/trackers/http/config.js';
import { httpTracker } from '../../../../adapters/trackers/http/index.js';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const url = 'https://tracker.example.go.id/api';

const bad: readonly { label: string; raw: object; path: string; says: string }[] = [
  { label: 'no url', raw: {}, path: 'url', says: 'https://' },
  { label: 'a url with a password', raw: { url: 'https://u:rahasia@t.example' }, path: 'url', says: 'token' },
  { label: 'a url with a query', raw: { url: 'https://t.example/?a=1' }, path: 'url', says: 'query' },
  { label: 'a url of another kind', raw: { url: 'file:///etc/passwd' }, path: 'url', says: 'https://' },
  { label: 'a token with a line end', raw: { url, token: 'rahasia\n' }, path: 'token', says: 'line ends' },
  { label: 'an empty token', raw: { url, token: '' }, path: 'token', says: 'bearer' },
  {
    label: 'a secret without whsec_',
    raw: { url, webhookSecret: 'cmFoYXNpYQ==' },
    path: 'webhookSecret',
    says: 'whsec_',
  },
  {
    label: 'a secret that is no base64',
    raw: { url, webhookSecret: 'whsec_rahasia' },
    path: 'webhookSecret',
    says: 'base64',
  },
];

const warned: readonly { label: string; raw: object; says: readonly string[] }[] = [
  { label: 'all well', raw: { url, webhookSecret: secret }, says: [] },
  { label: 'http to this machine', raw: { url: 'http://127.0.0.1:9000', webhookSecret: secret }, says: [] },
  {
    label: 'http to another',
    raw: { url: 'http://10.0.0.7:9000', poll: { everySeconds: 60 } },
    says: ['in the clear'],
  },
  { label: 'a short secret', raw: { url, webhookSecret: 'whsec_cmFoYXNpYQ==' }, says: ['24 octets'] },
  { label: 'no way in for events', raw: { url }, says: ['no status change'] },
];

describe('http tracker: config', () => {
  for (const { label, raw, path, says } of bad) {
    it(`refuses ${label}`, () => {
      const parsed = httpTracker.parseConfig(raw);
      if (parsed.ok) throw new Error('took it');
      expect(parsed.faults.map((fault) => fault.path.join('.'))).to.include(path);
      const messages = parsed.faults.map(({ message }) => message).join('\n');
      expect(messages).to.include(says);
      expect(messages).not.to.include('rahasia');
    });
  }

  for (const { label, raw, says } of warned) {
    it(`warns as it should: ${label}`, () => {
      const parsed = httpTracker.parseConfig(raw);
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
      const warnings = warningsOf(parsed.config);
      expect(warnings).to.have.length(says.length);
      for (const [index, said] of says.entries()) expect(warnings[index]).to.include(said);
    });
  }

  it('lists every secret, the bare key too', () => {
    const parsed = httpTracker.parseConfig({ url, token: 'kunci', webhookSecret: secret });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    expect(secretsOf(parsed.config)).to.deep.equal(['kunci', secret, 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw']);
  });
});
