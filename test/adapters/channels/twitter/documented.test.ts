import { expect } from 'chai';
import { Budget } from '../../../../adapters/channels/twitter/budget.js';
import { usualPrices } from '../../../../adapters/channels/twitter/config.js';
import { Intake } from '../../../../adapters/channels/twitter/inbound/intake.js';
import { WatchList } from '../../../../adapters/channels/twitter/inbound/watchList.js';
import { Ledger } from '../../../../adapters/channels/twitter/ledger.js';
import { takePushed } from '../../../../adapters/channels/twitter/push/activity.js';
import type { Part } from '../../../../src/ports/channel.js';
import { observers, ScriptedInbox } from '../../../conformance/channel.js';

/**
 * Events in the shapes that X documents, as samples with its own sample ids:
 * https://docs.x.com/x-api/activity/event-payloads (xdevplatform/docs, x-api/activity/event-payloads.mdx, August 2026).
 * What we do not look at is left out but for a field of each kind: the numbers that come as text as well, counts, nulls.
 */

const us = '1111111111111111111';
const them = '2222222222222222222';

const mentionEvent = {
  data: {
    event_uuid: '2080765813578191303',
    filter: { user_id: us },
    event_type: 'post.mention.create',
    tag: 'mentions',
    payload: {
      paid_partnership: false,
      created_at: '2026-07-24T21:23:23.000Z',
      edit_history_tweet_ids: ['2080765813578191303'],
      conversation_id: '2080765813578191303',
      display_text_range: [0, 16],
      edit_controls: { edits_remaining: 5, edits_remaining_str: '5', is_edit_eligible: true },
      text: 'hey @ExampleUser',
      entities: { mentions: [{ start: 4, start_str: '4', end: 16, end_str: '16', username: 'ExampleUser', id: us }] },
      author_id: them,
      possibly_sensitive: false,
      public_metrics: { reply_count: 0, reply_count_str: '0' },
      reply_settings: 'everyone',
      id: '2080765813578191303',
      lang: 'und',
    },
    includes: {
      users: [
        { username: 'OtherUser', protected: false, verified_type: 'none', id: them, url: '' },
        { username: 'ExampleUser', protected: false, verified_type: 'blue', id: us },
      ],
      tweets: [{ id: '2079814480427442556', author_id: '3333333333333333333', text: 'Great guide' }],
    },
  },
};

const ownPostEvent = {
  data: {
    event_uuid: '2080761390344937796',
    filter: { user_id: us },
    event_type: 'post.create',
    payload: {
      author_id: us,
      id: '2080761390344937796',
      text: 'Hello from the Activity API',
      display_text_range: [0, 34],
    },
    includes: {},
  },
};

const deletionEvent = {
  data: {
    event_uuid: '-2781149976877970683',
    filter: { user_id: us },
    event_type: 'post.delete',
    payload: { id: '2080761269309813134', author_id: them },
    includes: { users: [{ data: { protected: false, id: them, username: 'OtherUser' } }] },
  },
};

const messageEvent = {
  data: {
    event_uuid: '-6850472171600526495',
    filter: { user_id: us },
    event_type: 'dm.received',
    payload: {
      direct_message_events: [
        {
          type: 'message_create',
          id: '2080765901528535096',
          created_timestamp: '1784928224372',
          message_create: {
            target: { recipient_id: us },
            sender_id: them,
            message_data: { text: 'hello!', entities: { hashtags: [], symbols: [], user_mentions: [], urls: [] } },
          },
        },
      ],
      users: { [them]: { data: { id: them, username: 'OtherUser', protected: false } } },
    },
  },
};

const followEvent = {
  data: { event_uuid: '1', filter: { user_id: us }, event_type: 'follow.follow', payload: { source: {}, target: {} } },
};

const events: readonly { label: string; event: unknown; part: Partial<Part> | null; isOurs?: boolean }[] = [
  {
    label: 'post.mention.create',
    event: mentionEvent,
    part: {
      key: { by: 'id', id: '2080765813578191303' },
      from: them,
      text: 'hey',
      externalId: '2080765813578191303',
      oddity: null,
    },
  },
  { label: 'post.create of our own', event: ownPostEvent, part: null },
  {
    label: 'post.delete',
    event: deletionEvent,
    part: { from: them, text: '', about: { externalId: '2080761269309813134', change: 'deleted' } },
  },
  {
    label: 'dm.received',
    event: messageEvent,
    part: {
      from: them,
      text: 'hello!',
      externalId: 'dm:2080765901528535096',
      extras: { audience: 'private', flags: ['confidential'] },
    },
  },
  { label: 'follow.follow, which is nothing to us', event: followEvent, part: null, isOurs: false },
];

describe('twitter: events as X documents them', () => {
  for (const { label, event, part, isOurs = true } of events) {
    it(label, async () => {
      const inbox = new ScriptedInbox();
      const { log, meter } = observers([]);
      const caps = { perDayUsd: null, perMonthUsd: null, readsPerMonth: null, slowFrom: 0.8, prices: usualPrices };
      const position = { floor: '0', mentions: '0', searchedToMs: 0, directMessages: '0', newest: '0' };
      const ledger = await Ledger.begin(inbox, new Budget(caps, meter), position);
      const self = { id: us, handle: 'exampleuser', hashtags: [] };
      const intake = new Intake(ledger, self, await WatchList.load(inbox, 1, log), meter);
      expect(await takePushed(event, intake)).to.equal(isOurs);
      expect(inbox.committed).to.have.length(part === null ? 0 : 1);
      if (part !== null) expect(inbox.committed[0]).to.deep.include(part);
      for (const kept of inbox.committed) expect(kept.raw.toString()).to.not.include(them).and.not.include('OtherUser');
      // The same once more, as X may send it.
      await takePushed(event, intake);
      if (part?.about === undefined) expect(inbox.committed).to.have.length(part === null ? 0 : 1);
    });
  }
});
