import { expect } from 'chai';
import { MediaLinks } from '../../src/media/links.js';

const sha256 = 'ab'.repeat(32);
const linked = { sha256, contentType: 'image/png' };
const nowMs = 1_795_253_400_000;
const links = new MediaLinks('key', 'https://gateway.example.go.id', 60_000);
const url = new URL(links.urlOf(linked, nowMs));

describe('links to media', () => {
  it('lead to one file, and say no more than its hash and type', () => {
    expect(url.origin + url.pathname).to.equal(`https://gateway.example.go.id/media/${sha256}`);
    expect([...url.searchParams.keys()]).to.deep.equal(['type', 'expires', 'signature']);
    expect(links.read(sha256, url.searchParams, nowMs)).to.deep.equal({ kind: 'good', linked });
  });

  it('last for their time, and no longer', () => {
    expect(links.read(sha256, url.searchParams, nowMs + 60_000).kind).to.equal('good');
    expect(links.read(sha256, url.searchParams, nowMs + 61_001).kind).to.equal('expired');
  });

  const changed = (name: string, value: string) => {
    const query = new URLSearchParams(url.searchParams);
    query.set(name, value);
    return query;
  };
  const forgeries: readonly { readonly label: string; readonly sha256: string; readonly query: URLSearchParams }[] = [
    { label: 'another file', sha256: 'cd'.repeat(32), query: url.searchParams },
    { label: 'another type', sha256, query: changed('type', 'text/html') },
    { label: 'a longer life', sha256, query: changed('expires', '9999999999') },
    { label: 'another signature', sha256, query: changed('signature', 'AAAA') },
    { label: 'no signature', sha256, query: changed('signature', '') },
    { label: 'nothing at all', sha256, query: new URLSearchParams() },
  ];
  for (const { label, sha256: asked, query } of forgeries) {
    it(`are forged with ${label}`, () => expect(links.read(asked, query, nowMs).kind).to.equal('forged'));
  }

  it('of another key are forged', () => {
    const others = new MediaLinks('other', 'https://gateway.example.go.id', 60_000);
    expect(others.read(sha256, url.searchParams, nowMs).kind).to.equal('forged');
  });
});
