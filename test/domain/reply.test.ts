import { expect } from 'chai';
import { type ReplyState, receiptAdvances, replyStateOfSegments, type SegmentState } from '../../src/domain/reply.js';

const order: readonly SegmentState[] = ['accepted', 'in_transit', 'undelivered', 'delivered'];

const wholes: readonly { segments: readonly SegmentState[]; state: ReplyState }[] = [
  { segments: [], state: 'accepted' },
  { segments: ['accepted'], state: 'accepted' },
  { segments: ['in_transit'], state: 'accepted' },
  { segments: ['delivered'], state: 'delivered' },
  { segments: ['undelivered'], state: 'undelivered' },
  { segments: ['delivered', 'delivered'], state: 'delivered' },
  { segments: ['delivered', 'accepted'], state: 'accepted' },
  { segments: ['delivered', 'undelivered'], state: 'undelivered' },
  { segments: ['accepted', 'undelivered'], state: 'undelivered' },
];

describe('the delivery of a reply', () => {
  for (const [known, state] of order.entries()) {
    for (const [said, receipt] of order.entries()) {
      if (receipt === 'accepted') continue;
      const moves = said > known;
      it(`${moves ? 'moves' : 'does not move'} a segment from ${state} to ${receipt}`, () => {
        expect(receiptAdvances(state, receipt)).to.equal(moves);
      });
    }
  }

  for (const { segments, state } of wholes) {
    it(`is ${state} when its segments are: ${segments.join(', ') || 'none'}`, () => {
      expect(replyStateOfSegments(segments)).to.equal(state);
    });
  }
});
