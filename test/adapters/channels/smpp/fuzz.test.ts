import { randomInt } from 'node:crypto';
import { expect } from 'chai';
import { fuzz } from './fuzz/run.js';

/** The long form is `npm run fuzz`. */
const pdus = 4_000;

describe('SMPP: mutated PDUs', () => {
  const seed = randomInt(2 ** 31);

  it(`cost neither the link nor a neighbour (seed ${seed})`, async () => {
    const { mutants, neighbours, taken, broken } = await fuzz(pdus, seed);
    expect(mutants).to.be.at.least(pdus);
    expect(neighbours).to.be.greaterThan(pdus / 4);
    expect(taken).to.be.greaterThan(pdus / 4);
    expect(broken).to.be.greaterThan(2);
  }).timeout(60_000);
});
