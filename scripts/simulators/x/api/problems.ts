import { problemBase, type Wording } from './wording.js';

/**
 * X's errors: problem details (RFC 7807), `type` under a base that differs between the two wordings. The texts are those
 * that clients match on (https://docs.x.com/x-api/fundamentals/response-codes-and-errors, and answers seen in public).
 */

export interface ProblemShape {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** The last part of `type`; null for `about:blank`. */
  readonly type: string | null;
  readonly extras?: Readonly<Record<string, unknown>>;
}

/** Ends a request with a problem. */
export class XProblem extends Error {
  constructor(readonly shape: ProblemShape) {
    super(shape.detail);
  }
}

export function problemBody(shape: ProblemShape, wording: Wording): Record<string, unknown> {
  const { status, title, detail, type, extras } = shape;
  return { ...extras, title, detail, type: typeOf(type, wording), status };
}

/** An entry of `errors[]` in an answer that is otherwise good: those carry no status. */
export function partialError(
  shape: Omit<ProblemShape, 'status' | 'extras'> & { readonly about: Readonly<Record<string, string>> },
  wording: Wording,
): Record<string, unknown> {
  return { ...shape.about, title: shape.title, detail: shape.detail, type: typeOf(shape.type, wording) };
}

function typeOf(type: string | null, wording: Wording): string {
  return type === null ? 'about:blank' : `${problemBase(wording)}${type}`;
}

export function invalidRequest(parameter: string, value: unknown, message: string): XProblem {
  return new XProblem({
    status: 400,
    title: 'Invalid Request',
    detail: 'One or more parameters to your request was invalid.',
    type: 'invalid-request',
    extras: { errors: [{ parameters: { [parameter]: [String(value)] }, message }] },
  });
}

export function notFound(resourceType: string, parameter: string, value: string): XProblem {
  return new XProblem({
    status: 404,
    title: 'Not Found Error',
    detail: `Could not find ${resourceType} with ${parameter}: [${value}].`,
    type: 'resource-not-found',
    extras: { parameter, value, resource_id: value, resource_type: resourceType },
  });
}

const forbidden = (detail: string): ProblemShape => ({ status: 403, title: 'Forbidden', detail, type: null });

/** Problems that are always the same, by the name that faults and tests know them by. */
export const knownProblems = {
  unauthorized: { status: 401, title: 'Unauthorized', detail: 'Unauthorized', type: null },
  'no-credits': {
    status: 402,
    title: 'CreditsDepleted',
    detail: 'Your enrolled account does not have any credits to fulfill this request.',
    type: 'credits',
  },
  duplicate: forbidden('You are not allowed to create a Tweet with duplicate content.'),
  'not-summoned': forbidden(
    'Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author of the post you are replying to.',
  ),
  'reply-restricted': forbidden('The original Tweet author restricted who can reply to this Tweet.'),
  'no-permission': forbidden(
    'Your client app is not configured with the appropriate oauth1 app permissions for this endpoint.',
  ),
  'not-visible': forbidden('You attempted to reply to a Tweet that is deleted or not visible to you.'),
  'too-long': forbidden(
    'Your Tweet text is too long. For more information on how Tweet length is determined see our docs.',
  ),
  'no-dm': forbidden('You cannot send messages to this user.'),
  suspended: forbidden('Your account is suspended and is not permitted to access this feature.'),
  'client-forbidden': {
    status: 403,
    title: 'Client Forbidden',
    detail:
      'When authenticating requests to the X API v2 endpoints, you must use keys and tokens from a developer App that is attached to a Project.',
    type: 'client-forbidden',
    extras: { reason: 'client-not-enrolled', required_enrollment: 'Appropriate Level of API Access' },
  },
  'rate-limited': { status: 429, title: 'Too Many Requests', detail: 'Too Many Requests', type: null },
  'usage-capped': {
    status: 429,
    title: 'UsageCapExceeded',
    detail: 'Usage cap exceeded: Monthly product cap',
    type: 'usage-capped',
    extras: { period: 'Monthly', scope: 'Product' },
  },
  'too-many-connections': {
    status: 429,
    title: 'ConnectionException',
    detail: 'This stream is currently at the maximum allowed connection limit.',
    type: 'streaming-connection',
    extras: { connection_issue: 'TooManyConnections' },
  },
  'no-rules': {
    status: 409,
    title: 'ConnectionException',
    detail: 'Rules must be configured before connecting to the stream.',
    type: 'streaming-connection',
    extras: { connection_issue: 'RuleConfigurationIssue' },
  },
  'internal-error': { status: 500, title: 'Internal Server Error', detail: 'Something is broken.', type: null },
  unavailable: { status: 503, title: 'Service Unavailable', detail: 'Service Unavailable', type: null },
} as const satisfies Record<string, ProblemShape>;

export type KnownProblem = keyof typeof knownProblems;

export const problemNames = Object.keys(knownProblems) as [KnownProblem, ...KnownProblem[]];

export function known(name: KnownProblem): XProblem {
  return new XProblem(knownProblems[name]);
}
