import { Agent } from 'node:http';
import nock from 'nock';
import { TwitterApi } from 'twitter-api-v2';
import type { RunningX, XOptions } from '../../../../scripts/simulators/x/index.js';
import { demoCredentials, startX } from '../../../../scripts/simulators/x/index.js';

/** The simulated X with a client of someone else's making, so that both can't be wrong in the same way. */

export interface Rig {
  readonly x: RunningX;
  /** OAuth 1.0a, signed by twitter-api-v2. */
  readonly user: TwitterApi;
  /** A request as it is, signed in with the app's Bearer token unless told otherwise. */
  call(path: string, init?: CallInit): Promise<Called>;
  control(path: string, init?: CallInit): Promise<Called>;
  /** Points another client here. */
  as(client: TwitterApi): TwitterApi;
  close(): Promise<void>;
}

export interface CallInit {
  readonly method?: string;
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  /** The Authorization header; null for none. */
  readonly authorization?: string | null;
}

export interface Called {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
  /** What lies at a path of the body, such as `data.0.id`; undefined where there is nothing. */
  at(path: string): unknown;
}

/** The library always calls https.request, also for plain HTTP; nock's stand-in for it refuses the agent that makes it so. */
export async function rig(options: XOptions = {}): Promise<Rig> {
  if (nock.isActive()) nock.restore();
  const x = await startX(options);
  const agent = new Agent({ keepAlive: false });
  const { consumerKey: appKey, consumerSecret: appSecret, accessToken, accessSecret } = demoCredentials;
  const user = new TwitterApi({ appKey, appSecret, accessToken, accessSecret }, { httpAgent: agent });
  const as = (client: TwitterApi) => prefixed(client, `http://127.0.0.1:${x.port}/2/`);
  return {
    x,
    as,
    user: as(user),
    call: (path, init) => call(`http://127.0.0.1:${x.port}${path}`, { authorization: bearer, ...init }),
    control: (path, init) => call(`http://127.0.0.1:${x.controlPort}${path}`, init ?? {}),
    close: async () => {
      agent.destroy();
      await x.close();
      if (!nock.isActive()) nock.activate();
    },
  };
}

const bearer = `Bearer ${demoCredentials.bearerToken}`;

async function call(url: string, { method, json, form, authorization = null }: CallInit): Promise<Called> {
  const body = json === undefined ? form && new URLSearchParams(form) : JSON.stringify(json);
  const response = await fetch(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(authorization !== null && { authorization }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body }),
  });
  const answer = parsed(await response.text());
  return { status: response.status, headers: response.headers, body: answer, at: (path) => lookedUp(answer, path) };
}

/** What lies at a path such as `data.0.id`. */
export function lookedUp(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce((inner: unknown, key) => (inner as Readonly<Record<string, unknown>> | undefined)?.[key], value);
}

/** The library offers no other way to another host (twitter-api-v2 1.29). */
function prefixed(client: TwitterApi, prefix: string): TwitterApi {
  const { v2 } = client as { v2: object };
  (v2 as { setPrefix(prefix: string): void }).setPrefix(prefix);
  return client;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
