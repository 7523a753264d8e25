import { expect } from 'chai';
import { Settlement } from '../../../../adapters/channels/smpp/settlement.js';
import type { PartKey } from '../../../../src/ports/channel.js';

function keys(count: number): PartKey[] {
  return Array.from({ length: count }, (_, index) => ({ by: 'id', id: String(index) }));
}

describe('settlement of acknowledged parts', () => {
  let questions = 0;
  let settled: number[] = [];
  let settlement: Settlement;

  beforeEach(() => {
    questions = 0;
    settled = [];
    settlement = new Settlement(
      () => {
        questions += 1;
      },
      (proven) => {
        settled.push(proven.length);
      },
    );
  });
  afterEach(() => settlement.close());

  it('asks after a thousand parts', () => {
    settlement.acknowledged(keys(999));
    expect(questions).to.equal(0);
    settlement.acknowledged(keys(1));
    expect(questions).to.equal(1);
  });

  it('settles what was acknowledged before the question, and asks again for the rest', () => {
    settlement.acknowledged(keys(1_000));
    settlement.acknowledged(keys(1_500));
    expect(questions).to.equal(1);
    settlement.answered();
    expect(settled).to.deep.equal([1_000]);
    expect(questions).to.equal(2);
    settlement.answered();
    expect(settled).to.deep.equal([1_000, 1_500]);
  });

  it('settles what was acknowledged before unbind when that was answered', () => {
    settlement.acknowledged(keys(1_000));
    settlement.acknowledged(keys(3));
    const unbound = settlement.unbinding();
    settlement.acknowledged(keys(5));
    expect(settled).to.deep.equal([]);
    unbound();
    expect(settled).to.deep.equal([1_003]);
  });

  it('does not grow without end while the peer does not answer', () => {
    settlement.acknowledged(keys(1_000));
    for (let round = 0; round < 150; round += 1) settlement.acknowledged(keys(1_000));
    settlement.answered();
    settlement.answered();
    expect(settled[1]).to.be.at.most(100_000);
  });
});
