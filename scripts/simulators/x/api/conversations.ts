import * as z from 'zod';
import { isNewer } from '../world/ids.js';
import type { Message } from '../world/messages.js';
import type { User } from '../world/people.js';
import {
  type Answer,
  bodyAs,
  type Call,
  count,
  type Endpoint,
  list,
  ok,
  placeOf,
  tokenOf,
  userParameters,
  usersOnly,
} from './endpoint.js';
import { iso } from './present.js';
import { known, notFound } from './problems.js';
import * as names from './wording.js';
import { mayWrite } from './writing.js';

/** Direct messages (https://docs.x.com/x-api/direct-messages): 30 days back, no since_id. */

const monthMs = 30 * 86_400_000;

const listParameters = [
  ...['dm_event.fields', 'event_types', 'max_results', 'pagination_token', 'media.fields'],
  ...userParameters,
];

const sendSchema = z.strictObject({
  text: z.string().min(1).max(10_000),
  attachments: z
    .array(z.strictObject({ media_id: z.string() }))
    .max(1)
    .optional(),
});

export const conversationEndpoints: readonly Endpoint[] = [
  {
    name: 'getDirectMessagesEvents',
    method: 'GET',
    path: '/2/dm_events',
    callers: usersOnly,
    perApp: null,
    perUser: 15,
    parameters: listParameters,
    answer: (call) => page(call, call.x.messages.of(call.x.service)),
  },
  {
    name: 'getDirectMessagesEventsByParticipantId',
    method: 'GET',
    path: '/2/dm_conversations/with/{participant_id}/dm_events',
    callers: usersOnly,
    perApp: null,
    perUser: 15,
    parameters: listParameters,
    answer: (call) => {
      const { x } = call;
      return page(call, [...x.messages.between(participant(call), x.service)].reverse());
    },
  },
  {
    name: 'createDirectMessagesByParticipantId',
    method: 'POST',
    path: '/2/dm_conversations/with/{participant_id}/messages',
    callers: usersOnly,
    perApp: null,
    perUser: 15,
    parameters: [],
    answer: send,
  },
];

function participant({ x, params }: Call): User {
  const id = params.participant_id ?? '';
  const user = x.people.byId(id);
  if (user === undefined) throw notFound('user', 'participant_id', id);
  return user;
}

function send(call: Call): Answer {
  const { x, body } = call;
  const { text } = bodyAs(sendSchema, body);
  mayWrite(x);
  const recipient = participant(call);
  if (!recipient.receivesDms && !x.messages.hasWritten(recipient, x.service)) throw known('no-dm');
  const message = x.message(x.service, recipient, text);
  x.bill.write('dmWrite');
  return { status: 201, body: { data: { dm_conversation_id: message.conversationId, dm_event_id: message.id } } };
}

/** @param messages newest first. */
function page(call: Call, messages: readonly Message[]): Answer {
  const { x, query } = call;
  const size = count(query, 'max_results', { min: 1, max: 100, usual: 100 });
  const fields = list(query, 'dm_event.fields', names.dmEventFields[x.switches.wording]);
  const expansions = list(query, 'expansions', names.dmEventExpansions[x.switches.wording]);
  const userFields = list(query, 'user.fields', names.userFields);
  const untilId = placeOf(query, 'pagination_token');
  const oldestMs = Date.now() - monthMs;
  const found = messages.filter(({ id, atMs }) => atMs >= oldestMs && (untilId === null || isNewer(untilId, id)));
  const shown = found.slice(0, size);
  const ids = shown.map(({ id }) => id);
  x.bill.read('dmRead', ids, Date.now());
  x.noteGiven(ids);
  const last = shown.at(-1);
  const meta = { result_count: shown.length, ...(last && found.length > size && { next_token: tokenOf(last.id) }) };
  if (last === undefined) return ok({ meta });
  const users = expandedUsers(shown, expansions).map((user) => x.presenter.user(user, userFields, x.switches.wording));
  return ok({
    data: shown.map((message) => eventOf(message, fields, expansions)),
    ...(users.length > 0 && { includes: { users } }),
    meta,
  });
}

function eventOf(message: Message, fields: ReadonlySet<string>, expansions: ReadonlySet<string>) {
  const { id, sender, recipient, text, atMs, conversationId } = message;
  const all = {
    created_at: iso(atMs),
    dm_conversation_id: conversationId,
    sender_id: sender.id,
    participant_ids: [sender.id, recipient.id],
  };
  const chosen = Object.entries(all).filter(([name]) => fields.has(name) || expansions.has(name));
  return { id, event_type: 'MessageCreate', text, ...Object.fromEntries(chosen) };
}

function expandedUsers(messages: readonly Message[], expansions: ReadonlySet<string>): readonly User[] {
  return [
    ...new Set(
      messages.flatMap(({ sender, recipient }) => [
        ...(expansions.has('sender_id') || expansions.has('participant_ids') ? [sender] : []),
        ...(expansions.has('participant_ids') ? [recipient] : []),
      ]),
    ),
  ];
}
