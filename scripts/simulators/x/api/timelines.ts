import { isNewer, timeOfId } from '../world/ids.js';
import { hiddenBecause, type Post, within } from '../world/posts.js';
import { parseQuery, QueryFault } from '../world/query.js';
import {
  type Answer,
  anyone,
  askedOf,
  type Call,
  count,
  type Endpoint,
  idList,
  idParameter,
  ok,
  placeOf,
  postParameters,
  timeParameter,
  tokenOf,
} from './endpoint.js';
import { type Asked, unavailable } from './present.js';
import { invalidRequest, notFound } from './problems.js';

/** Reading posts: mentions, recent search, look-up. */

/** The mentions timeline ends here. */
const newestMentions = 800;
const searchDaysMs = 7 * 86_400_000;
const maxQueryLength = { 'pay-per-use': 512, enterprise: 4_096 } as const;

const windowParameters = ['since_id', 'until_id', 'start_time', 'end_time', 'max_results', 'pagination_token'];

export const timelineEndpoints: readonly Endpoint[] = [
  {
    name: 'getUsersMentions',
    method: 'GET',
    path: '/2/users/{id}/mentions',
    callers: anyone,
    perApp: 450,
    perUser: 300,
    parameters: [...windowParameters, ...postParameters],
    answer: mentions,
  },
  {
    name: 'searchPostsRecent',
    method: 'GET',
    path: '/2/tweets/search/recent',
    callers: anyone,
    perApp: 450,
    perUser: 300,
    parameters: ['query', 'next_token', 'sort_order', ...windowParameters, ...postParameters],
    answer: search,
  },
  {
    name: 'getPostsByIds',
    method: 'GET',
    path: '/2/tweets',
    callers: anyone,
    perApp: 3_500,
    perUser: 5_000,
    parameters: ['ids', ...postParameters],
    answer: lookUp,
  },
  {
    name: 'getPostsById',
    method: 'GET',
    path: '/2/tweets/{id}',
    callers: anyone,
    perApp: 450,
    perUser: 900,
    parameters: postParameters,
    answer: lookUpOne,
  },
];

function mentions(call: Call): Answer {
  const { x, params, caller } = call;
  const user = x.people.byId(params.id ?? '');
  if (user === undefined) throw notFound('user', 'id', params.id ?? '');
  const size = count(call.query, 'max_results', { min: 5, max: 100, usual: 10 });
  const isOwn = user === x.service && caller !== 'app';
  return page(
    call,
    size,
    isOwn ? 'ownedRead' : 'postRead',
    firstOf(visible(call, x.posts.mentioning(user)), newestMentions),
  );
}

function search(call: Call): Answer {
  const { x, query } = call;
  const wanted = query.get('query') ?? '';
  const maxLength = maxQueryLength[x.switches.tier];
  if (wanted === '' || wanted.length > maxLength) {
    throw invalidRequest('query', wanted, `\`query\` has ${wanted.length} characters; 1 to ${maxLength} are allowed`);
  }
  const oldestMs = Date.now() - searchDaysMs;
  for (const parameter of ['since_id', 'until_id']) {
    const id = idParameter(query, parameter);
    if (id !== null && timeOfId(id) < oldestMs) {
      const earliest = new Date(oldestMs).toISOString();
      throw invalidRequest(parameter, id, `'${parameter}' must be a tweet id created after [${earliest}]`);
    }
  }
  const matches = matcherOf(wanted);
  const size = count(query, 'max_results', { min: 10, max: 100, usual: 10 });
  return page(call, size, 'postRead', matching(visible(call, recent(x.posts.newest(), oldestMs)), matches));
}

function matcherOf(query: string) {
  try {
    return parseQuery(query);
  } catch (error) {
    if (error instanceof QueryFault) throw invalidRequest('query', query, error.message);
    throw error;
  }
}

/** One page of `posts`, which come newest first. */
function page(call: Call, size: number, charge: 'ownedRead' | 'postRead', posts: Iterable<Post>): Answer {
  const { x, query } = call;
  const asked = askedOf(call);
  const found = [...firstOf(inWindow(query, posts), size + 1)];
  const shown = found.slice(0, size);
  x.bill.read(
    charge,
    shown.map(({ id }) => id),
    Date.now(),
  );
  x.noteGiven(shown.map(({ id }) => id));
  const [newest, oldest] = [shown[0], shown.at(-1)];
  const meta = {
    ...(newest && oldest && { newest_id: newest.id, oldest_id: oldest.id }),
    result_count: shown.length,
    ...(oldest && found.length > size && { next_token: tokenOf(oldest.id) }),
  };
  if (shown.length === 0) return ok({ meta });
  return ok({ ...x.presenter.page(shown, asked), meta });
}

/** Ids take precedence over times. */
function inWindow(query: URLSearchParams, posts: Iterable<Post>): Iterable<Post> {
  const sinceId = idParameter(query, 'since_id');
  const untilId = idParameter(query, 'until_id');
  const token = placeOf(query, 'next_token', 'pagination_token');
  const startMs = sinceId === null ? timeParameter(query, 'start_time') : null;
  const endMs = untilId === null ? timeParameter(query, 'end_time') : null;
  const upTo = token !== null && (untilId === null || isNewer(untilId, token)) ? token : untilId;
  return matching(
    within(posts, sinceId, upTo),
    ({ atMs }) => (startMs === null || atMs >= startMs) && (endMs === null || atMs < endMs),
  );
}

/** What anyone may see; the service follows nobody, so protected accounts are never seen. */
function* visible({ x }: Call, posts: Iterable<Post>): Generator<Post> {
  const nowMs = Date.now();
  for (const post of posts) {
    if (x.posts.isCurrent(post) && hiddenBecause(post) === null && post.indexedAtMs <= nowMs) yield post;
  }
}

function* recent(posts: Iterable<Post>, oldestMs: number): Generator<Post> {
  for (const post of posts) {
    if (post.atMs < oldestMs) return;
    yield post;
  }
}

function* matching(posts: Iterable<Post>, matches: (post: Post) => boolean): Generator<Post> {
  for (const post of posts) if (matches(post)) yield post;
}

function* firstOf(posts: Iterable<Post>, max: number): Generator<Post> {
  let left = max;
  for (const post of posts) {
    if (left === 0) return;
    left -= 1;
    yield post;
  }
}

function lookUp(call: Call): Answer {
  const ids = idList(call.query, 'ids');
  const { data, errors } = found(call, ids, 'ids');
  return ok({ ...data, ...(errors.length > 0 && { errors }) });
}

function lookUpOne(call: Call): Answer {
  const id = call.params.id ?? '';
  const { data, errors } = found(call, [id], 'id');
  const [post] = data.data ?? [];
  return ok(post === undefined ? { errors } : { ...data, data: post });
}

type FoundPosts = Partial<ReturnType<Call['x']['presenter']['page']>>;

function found(call: Call, ids: readonly string[], parameter: string): { data: FoundPosts; errors: readonly object[] } {
  const { x } = call;
  const asked: Asked = askedOf(call);
  const posts: Post[] = [];
  const missing: object[] = [];
  for (const id of ids) {
    const post = x.posts.byId(id);
    const reason = post === undefined ? 'unknown' : hiddenBecause(post);
    if (post !== undefined && reason === null) posts.push(post);
    else missing.push(unavailable(id, parameter, reason ?? 'unknown', asked.wording));
  }
  x.bill.read(
    'postRead',
    posts.map(({ id }) => id),
    Date.now(),
  );
  x.noteGiven(posts.map(({ id }) => id));
  if (posts.length === 0) return { data: {}, errors: missing };
  const { errors = [], ...shown } = x.presenter.page(posts, asked);
  return { data: shown, errors: [...missing, ...errors] };
}
