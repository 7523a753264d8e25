import * as z from 'zod';
import type { XApi } from '../api/client.js';
import { faultPolicies } from '../api/faults.js';
import { eventTypes } from './activity.js';

/** Sees to it that X sends what we want: rules of the filtered stream, webhooks, subscriptions. Asked again, changes nothing. */

const list = (entry: z.ZodType) => z.object({ data: z.array(entry).default([]) });

const rulesSchema = list(z.object({ value: z.string(), tag: z.string().optional() }));
const webhooksSchema = list(z.object({ id: z.string(), url: z.string(), valid: z.boolean().default(true) }));
const subscriptionsSchema = list(
  z.object({
    event_type: z.string(),
    filter: z.object({ user_id: z.string().optional() }).default({}),
    webhook_id: z.string().optional(),
  }),
);

/** In description 2.157 the webhook is the answer itself; in 2.167, and in X's guides, it lies in `data`. */
const addedSchema = z.union([
  z.object({ data: z.object({ id: z.string() }) }).transform(({ data }) => data.id),
  z.object({ id: z.string() }).transform(({ id }) => id),
]);

export type Registered<Value = null> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly cause: string };

/** One rule under our tag; another of it, from an older config, goes. */
export async function ensureRule(api: XApi, value: string, tag: string): Promise<Registered> {
  const listed = await read(api, 'rules', rulesSchema);
  if (!listed.ok) return listed;
  const rules = listed.value.data as readonly { value: string; tag?: string }[];
  const old = rules.filter((rule) => rule.tag === tag && rule.value !== value).map((rule) => rule.value);
  if (old.length > 0) {
    const removed = await write(api, { delete: { values: old } });
    if (!removed.ok) return removed;
  }
  if (rules.some((rule) => rule.value === value)) return done;
  return write(api, { add: [{ value, tag }] });
}

async function write(api: XApi, body: Readonly<Record<string, unknown>>): Promise<Registered> {
  return outcome(await api.ask('changeRules', { body }));
}

/** The webhook's id. X challenges a new one at once, so the gateway must be reachable by then. */
export async function ensureWebhook(api: XApi, url: string): Promise<Registered<string>> {
  const listed = await read(api, 'webhooks', webhooksSchema);
  if (!listed.ok) return listed;
  const hooks = listed.value.data as readonly { id: string; url: string; valid: boolean }[];
  const known = hooks.find((hook) => hook.url === url);
  if (known !== undefined) {
    if (known.valid) return { ok: true, value: known.id };
    const revived = outcome(await api.ask('validateWebhook', { id: known.id }));
    return revived.ok ? { ok: true, value: known.id } : revived;
  }
  const added = await api.ask('addWebhook', { body: { url } });
  const failed = outcome(added);
  if (!failed.ok || added.kind !== 'good') return failed.ok ? { ok: false, cause: 'no webhook' } : failed;
  const parsed = addedSchema.safeParse(added.body);
  return parsed.success ? { ok: true, value: parsed.data } : { ok: false, cause: 'X named no webhook' };
}

/** @param webhookId null for the activity stream. */
export async function ensureSubscriptions(api: XApi, userId: string, webhookId: string | null): Promise<Registered> {
  const listed = await read(api, 'subscriptions', subscriptionsSchema);
  if (!listed.ok) return listed;
  const known = listed.value.data as readonly {
    event_type: string;
    filter: { user_id?: string };
    webhook_id?: string;
  }[];
  for (const type of eventTypes) {
    const isThere = known.some(
      (each) =>
        each.event_type === type &&
        each.filter.user_id === userId &&
        (webhookId === null || each.webhook_id === webhookId),
    );
    if (isThere) continue;
    const body = {
      event_type: type,
      filter: { user_id: userId },
      ...(webhookId !== null && { webhook_id: webhookId }),
    };
    const subscribed = outcome(await api.ask('subscribe', { body }));
    if (!subscribed.ok) return subscribed;
  }
  return done;
}

const done: Registered = { ok: true, value: null };

async function read<Schema extends z.ZodType>(
  api: XApi,
  endpoint: 'rules' | 'webhooks' | 'subscriptions',
  schema: Schema,
): Promise<Registered<z.output<Schema>>> {
  const result = await api.ask(endpoint);
  const failed = outcome(result);
  if (!failed.ok || result.kind !== 'good') return failed.ok ? { ok: false, cause: 'no answer' } : failed;
  const parsed = schema.safeParse(result.body);
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, cause: `X's list of ${endpoint} is not readable` };
}

function outcome(result: Awaited<ReturnType<XApi['ask']>>): Registered {
  if (result.kind === 'good') return done;
  return { ok: false, cause: result.kind === 'fault' ? faultPolicies[result.fault].words : result.cause };
}
