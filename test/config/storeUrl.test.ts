import { expect } from 'chai';
import { serverUrls, shownStoreUrl, storeSecrets, storeUrlFault } from '../../src/config/storeUrl.js';

const urls: readonly { url: string; shown: string; secrets: readonly string[] }[] = [
  { url: 'sqlite:data/gateway.db', shown: 'sqlite:data/gateway.db', secrets: [] },
  { url: 'postgres://db/lapor', shown: 'postgres://db/lapor', secrets: [] },
  { url: 'postgresql://lapor@db:5433/lapor', shown: 'postgresql://lapor@db:5433/lapor', secrets: [] },
  {
    url: 'postgres://lapor:p%40ss@db/lapor?sslmode=verify-full',
    shown: 'postgres://lapor@db/lapor',
    secrets: ['p%40ss', 'p@ss'],
  },
  {
    url: 'postgres://lapor:p%40ss@db1:5432,[fd00::2]:5433/lapor?target_session_attrs=read-write',
    shown: 'postgres://lapor@db1:5432,[fd00::2]:5433/lapor',
    secrets: ['p%40ss', 'p@ss'],
  },
  { url: 'postgres://db/lapor?user=u&password=rahasia', shown: 'postgres://db/lapor', secrets: ['rahasia'] },
];

describe("a store's URL", () => {
  for (const { url, shown, secrets } of urls) {
    it(`is fit, and shown without its password: ${shown}`, () => {
      expect(storeUrlFault(url)).to.equal(null);
      expect(shownStoreUrl(url)).to.equal(shown);
      expect(storeSecrets(url)).to.deep.equal(secrets);
    });
  }

  it('names each server once, with the same user, database and options', () => {
    expect(serverUrls('postgres://lapor@db1,db2:5433/lapor?sslmode=no-verify')).to.deep.equal([
      'postgres://lapor@db1/lapor?sslmode=no-verify',
      'postgres://lapor@db2:5433/lapor?sslmode=no-verify',
    ]);
    expect(serverUrls('postgres://db/lapor')).to.deep.equal(['postgres://db/lapor']);
  });

  const unfit: readonly { url: string; says: RegExp }[] = [
    { url: 'postgres://u:p/w@db1,db2/lapor', says: /^cannot be read as a URL/ },
    { url: 'postgres://lapor:2024/secret@db/lapor', says: /^cannot be read as a URL/ },
    { url: 'postgres://u:pw@ss/x@db/lapor', says: /^cannot be read as a URL/ },
    { url: 'postgres://db1:5432,db2:x/lapor', says: /^cannot be read as a URL/ },
    { url: 'postgres://,db2/lapor', says: /^names several hosts, and one of them is empty/ },
    { url: 'postgres://db1,/lapor', says: /^names several hosts, and one of them is empty/ },
    { url: 'postgres://db1,db2', says: /^names no database/ },
    { url: 'postgres://db1,db2/lapor?target_session_attrs=standby', says: /for it writes: expected read-write or/ },
    { url: 'postgres://db/lapor?sslmode=prefer', says: /^has an sslmode that says less/ },
  ];
  for (const { url, says } of unfit) {
    it(`is not fit: ${url}`, () => {
      expect(storeUrlFault(url)).to.match(says);
    });
  }

  for (const url of ['', 'gateway.db', 'sqlite:', 'sqlite::memory:', 'mysql://db/x']) {
    it(`is not fit: '${url}'`, () => {
      expect(storeUrlFault(url)).to.match(/^expected `sqlite:FILE`/);
    });
  }
});
