import type { ServerResponse } from 'node:http';
import * as z from 'zod';
import {
  type Answer,
  appOnly,
  askedOf,
  bodyAs,
  type Call,
  count,
  type Endpoint,
  ok,
  postParameters,
} from '../api/endpoint.js';
import type { Asked } from '../api/present.js';
import { invalidRequest, known, partialError } from '../api/problems.js';
import { problemBase } from '../api/wording.js';
import type { XEvent, XSimulator } from '../simulator.js';
import { hiddenBecause, type Post } from '../world/posts.js';
import { type Matcher, parseQuery, QueryFault } from '../world/query.js';
import { OpenStream } from './openStream.js';

/** The filtered stream and its rules (https://docs.x.com/x-api/posts/filtered-stream/introduction). */

const maxRules = 1_000;
const maxRuleLength = 1_024;
const maxConnections = { 'pay-per-use': 1, enterprise: 2 } as const;

interface Rule {
  readonly id: string;
  readonly value: string;
  readonly tag: string | undefined;
  readonly matches: Matcher;
}

const updateSchema = z.union([
  z.strictObject({ add: z.array(z.strictObject({ value: z.string().min(1), tag: z.string().optional() })).min(1) }),
  z.strictObject({
    delete: z.strictObject({ ids: z.array(z.string()).optional(), values: z.array(z.string()).optional() }),
  }),
]);

export class FilteredStreams {
  readonly #rules = new Map<string, Rule>();
  readonly #open = new Map<OpenStream, Asked>();

  constructor(private readonly x: XSimulator) {}

  get open(): readonly OpenStream[] {
    return [...this.#open.keys()];
  }

  get rules(): ReadonlyArray<{ id: string; value: string; tag?: string }> {
    return [...this.#rules.values()].map(ruleView);
  }

  tell(event: XEvent): void {
    if (event.kind !== 'posted' || hiddenBecause(event.post) !== null) return;
    for (const [stream, asked] of this.#open) this.#give(stream, asked, event.post);
  }

  readonly endpoints: readonly Endpoint[] = [
    {
      name: 'streamPosts',
      method: 'GET',
      path: '/2/tweets/search/stream',
      callers: appOnly,
      perApp: 50,
      perUser: null,
      parameters: ['backfill_minutes', 'start_time', 'end_time', ...postParameters],
      answer: (call) => this.#connect(call),
    },
    {
      name: 'getRules',
      method: 'GET',
      path: '/2/tweets/search/stream/rules',
      callers: appOnly,
      perApp: 450,
      perUser: null,
      parameters: ['ids', 'max_results', 'pagination_token'],
      answer: ({ query }) => {
        const ids = query.get('ids')?.split(',');
        const rules = this.rules.filter(({ id }) => ids?.includes(id) ?? true);
        const meta = { ...this.#sent(), result_count: rules.length };
        return ok(rules.length === 0 ? { meta } : { data: rules, meta });
      },
    },
    {
      name: 'updateRules',
      method: 'POST',
      path: '/2/tweets/search/stream/rules',
      callers: appOnly,
      perApp: 100,
      perUser: null,
      parameters: ['dry_run', 'delete_all'],
      answer: (call) => this.#update(call),
    },
  ];

  /** The new wording tells it of updates only. */
  #sent() {
    return this.x.switches.wording === 'tweet' ? { sent: new Date().toISOString() } : {};
  }

  #connect(call: Call): Answer {
    const { tier } = this.x.switches;
    if (this.#open.size >= maxConnections[tier]) throw known('too-many-connections');
    if (this.#rules.size === 0) throw known('no-rules');
    const asked = askedOf(call);
    const backfillMinutes = count(call.query, 'backfill_minutes', { min: 0, max: 5, usual: 0 });
    if (backfillMinutes > 0 && tier !== 'enterprise') {
      throw invalidRequest('backfill_minutes', backfillMinutes, 'Backfill is for Enterprise access only');
    }
    return { stream: (response) => this.#begin(response, asked, backfillMinutes) };
  }

  #begin(response: ServerResponse, asked: Asked, backfillMinutes: number): void {
    const stream = new OpenStream(
      response,
      () => this.x.switches,
      () => {
        this.#open.delete(stream);
        this.x.changes.notify();
      },
    );
    this.#open.set(stream, asked);
    this.x.changes.notify();
    for (const post of this.#since(Date.now() - backfillMinutes * 60_000)) this.#give(stream, asked, post);
  }

  /** Oldest first. */
  #since(fromMs: number): readonly Post[] {
    const found: Post[] = [];
    for (const post of this.x.posts.newest()) {
      if (post.atMs < fromMs) break;
      if (this.x.posts.isCurrent(post) && hiddenBecause(post) === null) found.push(post);
    }
    return found.reverse();
  }

  #give(stream: OpenStream, asked: Asked, post: Post): void {
    const rules = [...this.#rules.values()].filter(({ matches }) => matches(post));
    if (rules.length === 0) return;
    const { data, ...rest } = this.x.presenter.page([post], asked);
    this.x.bill.read('postRead', [post.id], Date.now());
    this.x.noteGiven([post.id]);
    const matching = rules.map(({ id, tag }) => ({ id, ...(tag !== undefined && { tag }) }));
    stream.send({ data: data[0], ...rest, matching_rules: matching });
  }

  #update({ body, query }: Call): Answer {
    const isDry = query.get('dry_run') === 'true';
    const update = bodyAs(updateSchema, body);
    const sent = new Date().toISOString();
    if ('delete' in update) {
      const deleted = this.#delete(update.delete, isDry);
      const asked = (update.delete.ids ?? update.delete.values ?? []).length;
      return ok({ meta: { sent, summary: { deleted, not_deleted: asked - deleted } } });
    }
    const { created, errors } = this.#add(update.add, isDry);
    const refused = errors.length;
    const summary = { created: created.length, not_created: refused, valid: created.length, invalid: refused };
    return ok({
      ...(created.length > 0 && { data: created.map(ruleView) }),
      meta: { sent, summary },
      ...(refused > 0 && { errors }),
    });
  }

  #add(wanted: ReadonlyArray<{ value: string; tag?: string | undefined }>, isDry: boolean) {
    const created: Rule[] = [];
    const errors: Array<Record<string, unknown>> = [];
    for (const { value, tag } of wanted) {
      const { rule, error } = this.#ruleOf(value, tag);
      if (error !== undefined) errors.push(error);
      if (rule === undefined) continue;
      created.push(rule);
      if (!isDry) this.#rules.set(rule.id, rule);
    }
    return { created, errors };
  }

  #ruleOf(value: string, tag: string | undefined): { rule?: Rule; error?: Record<string, unknown> } {
    const { wording } = this.x.switches;
    const same = [...this.#rules.values()].find((rule) => rule.value === value);
    if (same !== undefined) {
      return { error: { value, id: same.id, title: 'DuplicateRule', type: `${problemBase(wording)}duplicate-rules` } };
    }
    if (this.#rules.size >= maxRules) {
      return { error: { title: 'RulesCapExceeded', type: `${problemBase(wording)}rule-cap` } };
    }
    try {
      if (value.length > maxRuleLength) throw new QueryFault(`A rule has ${maxRuleLength} characters at most`);
      return { rule: { id: this.x.newId(), value, tag, matches: parseQuery(value) } };
    } catch (error) {
      if (!(error instanceof QueryFault)) throw error;
      const problem = { title: 'Invalid Rule', detail: error.message, type: 'invalid-rules', about: { value } };
      return { error: partialError(problem, wording) };
    }
  }

  #delete(
    { ids = [], values = [] }: { ids?: string[] | undefined; values?: string[] | undefined },
    isDry: boolean,
  ): number {
    const doomed = [...this.#rules.values()].filter(({ id, value }) => ids.includes(id) || values.includes(value));
    if (!isDry) for (const { id } of doomed) this.#rules.delete(id);
    return doomed.length;
  }
}

function ruleView({ id, value, tag }: Rule) {
  return { id, value, ...(tag !== undefined && { tag }) };
}
