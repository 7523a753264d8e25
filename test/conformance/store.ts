import { expect } from 'chai';
import { describeAcceptance } from './store/acceptance.js';
import { describeClaims } from './store/claims.js';
import { describeConversation, describeNotices } from './store/conversation.js';
import { describeDeadLetters } from './store/deadLetters.js';
import { describeEarlierMessages } from './store/earlierMessages.js';
import { describeFailures } from './store/failures.js';
import { describeLongMessages } from './store/longMessages.js';
import { describeOperations } from './store/operations.js';
import { describeQueueProperties } from './store/queueProperties.js';
import { describeReceipts } from './store/receipts.js';
import { describeRedecoding } from './store/redecoding.js';
import { describeRedelivery } from './store/redelivery.js';
import { describeReplies } from './store/replies.js';
import { Scene, type StoreHarness } from './store/scene.js';
import { describeTickets } from './store/tickets.js';
import { describeTraces } from './store/traces.js';
import { describeUpkeep } from './store/upkeep.js';

export type { StoreHarness, StorePlace } from './store/scene.js';

/** Each gets a look at the scene of the test that runs. */
const sections: readonly ((scene: () => Scene) => void)[] = [
  describeAcceptance,
  describeRedelivery,
  describeLongMessages,
  describeClaims,
  describeTickets,
  describeConversation,
  describeNotices,
  describeEarlierMessages,
  describeReplies,
  describeReceipts,
  describeDeadLetters,
  describeTraces,
  describeUpkeep,
  describeOperations,
  describeRedecoding,
  describeFailures,
];

/** What the store port promises, for every driver: over the port alone, on a real and empty store for each test. */
export function describeStoreConformance(harness: StoreHarness): void {
  describe(`store conformance: ${harness.driver}`, () => {
    let current: Scene | null = null;
    const scene = (): Scene => {
      if (current === null) throw new Error('no scene outside a test');
      return current;
    };

    beforeEach(async () => {
      current = await Scene.begin(harness);
    });

    afterEach(async () => {
      await current?.end();
      current = null;
    });

    it(`runs on ${harness.driver}, as it says`, async () => {
      expect(await scene().place.driver()).to.equal(harness.driver);
    });

    for (const describeSection of sections) describeSection(scene);
    describeQueueProperties(harness);
  });
}
