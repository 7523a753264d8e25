import { expect } from 'chai';
import { shownStoreUrl, storeSecrets, storeUrlFault } from '../../src/config/storeUrl.js';

const urls: readonly { url: string; shown: string; secrets: readonly string[] }[] = [
  { url: 'sqlite:data/gateway.db', shown: 'sqlite:data/gateway.db', secrets: [] },
  { url: 'postgres://db/lapor', shown: 'postgres://db/lapor', secrets: [] },
  { url: 'postgresql://lapor@db:5433/lapor', shown: 'postgresql://lapor@db:5433/lapor', secrets: [] },
  {
    url: 'postgres://lapor:p%40ss@db/lapor?sslmode=verify-full',
    shown: 'postgres://lapor@db/lapor',
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

  for (const url of ['', 'gateway.db', 'sqlite:', 'sqlite::memory:', 'mysql://db/x']) {
    it(`is not fit: '${url}'`, () => {
      expect(storeUrlFault(url)).to.match(/^expected `sqlite:FILE`/);
    });
  }
});
