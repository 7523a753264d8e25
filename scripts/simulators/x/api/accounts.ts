import type { User } from '../world/people.js';
import { type Answer, anyone, type Call, type Endpoint, list, ok, userParameters, usersOnly } from './endpoint.js';
import { notFound } from './problems.js';
import * as names from './wording.js';

/** Looking up accounts. */

export const accountEndpoints: readonly Endpoint[] = [
  {
    name: 'getUsersMe',
    method: 'GET',
    path: '/2/users/me',
    callers: usersOnly,
    perApp: null,
    perUser: 75,
    parameters: userParameters,
    answer: (call) => shown(call, call.x.service),
  },
  {
    name: 'getUsersByUsername',
    method: 'GET',
    path: '/2/users/by/username/{username}',
    callers: anyone,
    perApp: 300,
    perUser: 900,
    parameters: userParameters,
    answer: (call) => shown(call, call.x.people.byName(call.params.username ?? ''), 'username'),
  },
  {
    name: 'getUsersById',
    method: 'GET',
    path: '/2/users/{id}',
    callers: anyone,
    perApp: 300,
    perUser: 900,
    parameters: userParameters,
    answer: (call) => shown(call, call.x.people.byId(call.params.id ?? ''), 'id'),
  },
];

function shown(call: Call, user: User | undefined, parameter: 'username' | 'id' = 'id'): Answer {
  if (user === undefined) throw notFound('user', parameter, call.params[parameter] ?? '');
  const { presenter, switches } = call.x;
  const fields = list(call.query, 'user.fields', names.userFields);
  return ok({ data: presenter.user(user, fields, switches.wording) });
}
