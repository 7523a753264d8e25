import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { App, demoCredentials } from '../../../../scripts/simulators/x/api/app.js';
import { Bill } from '../../../../scripts/simulators/x/api/bill.js';
import { RateLimits } from '../../../../scripts/simulators/x/api/limits.js';
import { isNewer, Snowflakes, timeOfId } from '../../../../scripts/simulators/x/world/ids.js';
import { People } from '../../../../scripts/simulators/x/world/people.js';
import { Posts } from '../../../../scripts/simulators/x/world/posts.js';
import { parseQuery, QueryFault } from '../../../../scripts/simulators/x/world/query.js';
import { maxWeightedLength, render, weightedLength } from '../../../../scripts/simulators/x/world/render.js';

const dayMs = 86_400_000;

describe('simulated X, part by part', () => {
  it('ids only grow, and tell when they were made', () => {
    const times = fc.array(fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 }), { minLength: 2 });
    fc.assert(
      fc.property(times, (given) => {
        const ids = new Snowflakes();
        const made = given.map((ms) => ids.next(ms));
        for (const [place, id] of made.entries()) {
          if (place > 0) expect(isNewer(id, made[place - 1] ?? '')).to.equal(true);
        }
        const [first = 0] = given;
        expect(timeOfId(made[0] ?? '')).to.equal(first);
      }),
    );
  });

  it('a nonce works once', () => {
    const app = new App(demoCredentials);
    const url = new URL('http://127.0.0.1/2/users/me?user.fields=name');
    const nowMs = Date.now();
    const header = signed('GET', url, String(Math.floor(nowMs / 1_000)), 'once');
    const identify = () => app.identify(header, { method: 'GET', url, form: null }, nowMs);
    expect([identify(), identify()]).to.deep.equal(['oauth1', null]);
    expect(app.lastRefusal).to.equal('oauth_nonce was used before');
  });

  it('windows end on their own, and a refused request costs nothing', () => {
    const limits = new RateLimits();
    const take = (nowMs: number) => limits.take('mentions', 2, 900_000, nowMs);
    expect([take(0), take(1), take(2), take(3)].map(({ isAllowed }) => isAllowed)).to.deep.equal([
      true,
      true,
      false,
      false,
    ]);
    expect(take(899_999).isAllowed).to.equal(false);
    expect(take(900_000)).to.deep.equal({ limit: 2, remaining: 1, resetAtS: 1_800, isAllowed: true });
  });

  it('a post is charged once a UTC day', () => {
    const bill = new Bill();
    bill.read('ownedRead', ['1', '2'], 0);
    bill.read('postRead', ['1', '3'], dayMs - 1);
    expect(bill.summary.units).to.include({ ownedRead: 2, postRead: 1 });
    bill.read('postRead', ['1'], dayMs);
    expect(bill.summary.units).to.include({ ownedRead: 2, postRead: 2 });
    expect(bill.totalUsd).to.equal(0.012);
    expect(bill.readsByDay.map(({ posts }) => posts)).to.deep.equal([3, 1]);
  });

  it('any query is either understood or told what is wrong with it', () => {
    const words = [
      '@lapor1708',
      '#lapor',
      '(',
      ')',
      'OR',
      '-',
      '-is:retweet',
      'from:a',
      'is:x',
      'x:y',
      '"a b"',
      '"',
      'rusak',
    ];
    const query = fc.array(fc.oneof(fc.constantFrom(...words), fc.string())).map((parts) => parts.join(' '));
    fc.assert(
      fc.property(query, (text) => {
        try {
          parseQuery(text);
        } catch (error) {
          expect(error).to.be.instanceOf(QueryFault);
        }
      }),
    );
  });

  it('entities lie where they say, and what is shown fits into a post', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '@warga',
        '#Lapor1708',
        '$BBRI',
        'https://example.go.id/a?b=1&c=2',
        '😀',
        '<b>',
        '&',
        '👨‍👩‍👧',
        'jalan rusak',
      ),
      fc.string({ unit: 'grapheme' }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const people = new People(10);
        const posts = new Posts(people, { maxPosts: 10 });
        people.called('warga');
        const rendered = render(
          posts.publish(people.called('lapor1708'), { text: pieces.join(' ') }, { id: '1', atMs: 0 }),
          people,
        );
        const points = [...rendered.text];
        const slice = ({ start, end }: { start: number; end: number }) => points.slice(start, end).join('');
        for (const { tag, ...place } of rendered.entities.hashtags ?? []) expect(slice(place).slice(1)).to.equal(tag);
        for (const { url, ...place } of rendered.entities.urls ?? []) expect(slice(place)).to.equal(url);
        for (const { username, ...place } of rendered.entities.mentions ?? [])
          expect(slice(place).slice(1)).to.equal(username);
        // Escaped signs are longer than X counts them.
        const meant = rendered.text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
        expect(weightedLength(meant)).to.be.at.most(maxWeightedLength);
      }),
    );
  });
});

/** RFC 5849 by hand, for a request that a client would never send twice. */
function signed(method: string, url: URL, timestamp: string, nonce: string): string {
  const oauth: Readonly<Record<string, string>> = {
    oauth_consumer_key: demoCredentials.consumerKey,
    oauth_nonce: nonce,
    oauth_signature_method: 'HMAC-SHA1',
    oauth_timestamp: timestamp,
    oauth_token: demoCredentials.accessToken,
    oauth_version: '1.0',
  };
  const pairs = [...url.searchParams, ...Object.entries(oauth)].map(([name, value]) => `${name}=${value}`).sort();
  const base = [method, `${url.origin}${url.pathname}`, pairs.join('&')].map(encodeURIComponent).join('&');
  const key = `${demoCredentials.consumerSecret}&${demoCredentials.accessSecret}`;
  const signature = encodeURIComponent(createHmac('sha1', key).update(base).digest('base64'));
  const parts = Object.entries({ ...oauth, oauth_signature: signature }).map(([name, value]) => `${name}="${value}"`);
  return `OAuth ${parts.join(', ')}`;
}
