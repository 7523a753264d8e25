import { setTimeout as delay } from 'node:timers/promises';
import type { Inbox, Part } from '../../../src/ports/channel.js';
import type { Log } from '../../../src/ports/log.js';
import type { Asked, Exchanged } from '../exchange.js';
import { isObject, jsonOf, listRequest, mediaListRequest, nextPageRequest, textAt } from './api.js';
import type { TwilioConfig } from './config.js';
import { mediaIdOf } from './media.js';
import { type Carried, partOf } from './webhook.js';

/**
 * Twilio sends a webhook that failed at most once more. So messages are listed at the start and every so often: what came
 * while the gateway was away, or was answered with an error, is taken now. What was taken already has the same key, and
 * changes nothing.
 */
export class Reconciliation {
  constructor(
    private readonly config: TwilioConfig,
    private readonly ask: (asked: Asked) => Promise<Exchanged>,
    private readonly log: Log,
  ) {}

  /** Until `stop` fires. */
  async run(inbox: Inbox, stop: AbortSignal): Promise<void> {
    if (this.config.reconcileMinutes === 0) return;
    while (!stop.aborted) {
      await this.once(inbox, Date.now());
      await delay(this.config.reconcileMinutes * 60_000, undefined, { signal: stop }).catch(() => {});
    }
  }

  /** Never rejects: what fails now is made up for by the next round, for the cursor stays where it is. */
  async once(inbox: Inbox, nowMs: number): Promise<void> {
    try {
      const cursor = await inbox.cursor(cursorName);
      const next = { name: cursorName, value: new Date(nowMs).toISOString() };
      // The first time there is no outage to make up for, and years of old messages are no news.
      const parts = cursor === null ? [] : await this.#missed(new Date(Date.parse(cursor) - overlapMs));
      while (parts.length > batchSize) await inbox.accept(parts.splice(0, batchSize));
      await inbox.accept(parts, next);
    } catch (error) {
      const cause = error instanceof ListingFault ? error.message : 'the store took nothing';
      this.log.warn({ cause }, 'messages could not be listed: those whose webhook was lost come with the next listing');
    }
  }

  async #missed(since: Date): Promise<Part[]> {
    const parts: Part[] = [];
    let request: Asked | null = listRequest(this.config, since, this.#timeoutMs);
    for (let page = 0; request !== null && page < maxPages; page += 1) {
      const answer = await this.#list(request);
      const messages = Array.isArray(answer.messages) ? answer.messages.filter(isObject) : [];
      for (const message of messages) {
        const carried = await this.#carried(message);
        if (carried !== null) parts.push(partOf(carried, this.config, receivedAtMs(message)));
      }
      const nextPage = textAt(answer, 'next_page_uri');
      request = nextPage === null || nextPage === '' ? null : nextPageRequest(this.config, nextPage, this.#timeoutMs);
    }
    if (request !== null) {
      this.log.error({ listed: parts.length }, 'more messages than one listing takes: look for older ones at Twilio');
    }
    // In the order in which citizens wrote.
    return parts.reverse();
  }

  /** @returns null for what we sent ourselves, and for what lacks a sender. */
  async #carried(message: Readonly<Record<string, unknown>>): Promise<Carried | null> {
    const sid = textAt(message, 'sid');
    const from = textAt(message, 'from');
    if (sid === null || from === null || from === '' || textAt(message, 'direction') !== 'inbound') return null;
    const hasMedia = Number(textAt(message, 'num_media') ?? 0) > 0;
    const media = hasMedia ? await this.#mediaOf(sid) : [];
    return { sid, from, to: textAt(message, 'to') ?? '', body: textAt(message, 'body'), media, extras: {} };
  }

  async #mediaOf(messageSid: string): Promise<Carried['media']> {
    const answer = await this.#list(mediaListRequest(this.config, messageSid, this.#timeoutMs));
    const media = Array.isArray(answer.media_list) ? answer.media_list.filter(isObject) : [];
    return media.flatMap((each) => {
      const path = (textAt(each, 'uri') ?? '').replace(/\.json$/, '');
      const id = mediaIdOf(`${this.config.apiUrl}${path}`, this.config);
      return id === null ? [] : [{ id, contentType: textAt(each, 'content_type') }];
    });
  }

  async #list(request: Asked): Promise<Readonly<Record<string, unknown>>> {
    const exchanged = await this.ask(request);
    if (exchanged.kind !== 'answered') throw new ListingFault(exchanged.cause);
    const body = exchanged.status === 200 ? jsonOf(exchanged) : null;
    if (body === null) throw new ListingFault(`answered ${exchanged.status}`);
    return body;
  }

  get #timeoutMs(): number {
    return this.config.timeoutSeconds * 1_000;
  }
}

const cursorName = 'reconciled until';
/** A message's time is when Twilio's side saw it, and clocks differ. */
const overlapMs = 60 * 60_000;
/** Of a hundred: half a day's worth of an ordinary day in one hour. */
const maxPages = 200;
/** In one transaction. */
const batchSize = 500;

class ListingFault extends Error {}

function receivedAtMs(message: Readonly<Record<string, unknown>>): number {
  const sentMs = Date.parse(textAt(message, 'date_sent') ?? '');
  return Number.isNaN(sentMs) ? Date.now() : sentMs;
}
