import { messageOf } from '../../../src/domain/messageOf.js';
import type { LinkHealth } from '../../../src/ports/channel.js';
import { postQuery } from './api/fields.js';
import type { Identity, StartParts } from './identify.js';
import { Intake } from './inbound/intake.js';
import { MentionPace } from './inbound/mentionPace.js';
import { Pacer } from './inbound/pacer.js';
import { Reader } from './inbound/reader.js';
import { directMessagesReading, mentionsReading, searchQuery, searchReading } from './inbound/readings.js';
import { recheckReading } from './inbound/recheck.js';
import { Sender } from './outbound/sender.js';
import { takePushed } from './push/activity.js';
import { ensureRule, ensureSubscriptions, type Registered } from './push/registration.js';
import { Stream } from './push/stream.js';
import { WebhookRegistration } from './push/webhookRegistration.js';

/** How often what was spent, and who is watched, is written where nothing else is. */
const saveMs = 1_000;
/** Posts are due by the hour. */
const recheckMs = 60_000;
const ruleTag = 'lapor-gateway';

interface Running {
  health(): LinkHealth;
  run(stop: AbortSignal): Promise<void>;
}

/** The account at work: all that reads, and what sends. */
export class Service {
  readonly sender: Sender;
  readonly intake: Intake;
  readonly #readers: readonly Reader[];
  readonly #pushes: readonly Running[];
  readonly #saver = new Pacer();

  constructor(
    private readonly parts: StartParts,
    private readonly identity: Identity,
  ) {
    const { config, context, api, budget } = parts;
    const { selfId, ledger, watchList, peers, caps } = identity;
    const { wording } = config;
    const self = { id: selfId, handle: config.handle, hashtags: config.hashtags };
    this.sender = new Sender(config, api, budget, peers, caps);
    this.intake = new Intake(ledger, self, watchList, context.meter);
    this.intake.onDirectMessage = (senderId) => peers.add(senderId);
    this.intake.onPost = (postId, conversationId) => this.sender.noteConversation(postId, conversationId);
    const reading = { api, intake: this.intake, ledger, budget, self, wording };
    const pollMs = config.pollSeconds * 1_000;
    const isPushed = config.receive !== 'poll';
    const mentionsMs = isPushed ? Math.max(pollMs, config.safetyNetSeconds * 1_000) : pollMs;
    const messagesMs = config.directMessageSeconds * 1_000;
    const search = {
      everyMs: config.searchSeconds * 1_000,
      overlapMs: config.overlapMinutes * 60_000,
      settleMs: 2 * pollMs,
      // Beside a push, mentions are read too seldom to wait for.
      patienceMs: isPushed ? 0 : 20 * pollMs,
    };
    const mentions = new MentionPace(() => mentionsMs);
    this.#readers = [
      mentionsReading(reading, mentions),
      searchReading(reading, mentions, search),
      ...(config.directMessages
        ? [directMessagesReading(reading, () => (isPushed ? Math.max(messagesMs, mentionsMs) : messagesMs))]
        : []),
      ...(config.recheckDays > 0
        ? [recheckReading({ api, intake: this.intake, budget, watchList, wording }, () => recheckMs)]
        : []),
    ].map((each) => new Reader(each, budget, context.log));
    this.#pushes = this.#pushesOf(selfId);
  }

  links(): readonly LinkHealth[] {
    return [...this.#readers, ...this.#pushes].map((each) => each.health());
  }

  /** Runs until `stop` fires, and then until what was under way is committed. */
  async run(stop: AbortSignal): Promise<void> {
    // One signal each: many listeners on one look like a leak to Node, which then warns.
    const each = [...this.#readers, ...this.#pushes].map((running) => ({ running, stop: new AbortController() }));
    const onStop = () => {
      for (const one of each) one.stop.abort();
    };
    if (stop.aborted) onStop();
    else stop.addEventListener('abort', onStop, { once: true });
    await Promise.all([...each.map((one) => one.running.run(one.stop.signal)), this.#saveUntil(stop)]);
  }

  async #saveUntil(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await this.#saver.wait(saveMs, stop);
      await this.#save();
    }
  }

  async #save(): Promise<void> {
    const { ledger, watchList, peers, caps } = this.identity;
    try {
      await ledger.saveSpending();
      await watchList.save();
      await peers.save();
      await caps.authors.save(Date.now());
      await caps.conversations.save(Date.now());
    } catch (error) {
      this.parts.context.log.warn({ error: messageOf(error) }, 'what was spent and who is watched is not written yet');
    }
  }

  #pushesOf(selfId: string): Running[] {
    const { config, context, api } = this.parts;
    const { receive, bearerToken } = config;
    if (receive === 'poll') return [];
    if (receive === 'webhook') {
      return [new WebhookRegistration(api, selfId, context.webhookUrl, context.log, () => this.#catchUp())];
    }
    const filtered = () => ensureRule(api, searchQuery(config), ruleTag);
    const activity = () => ensureSubscriptions(api, selfId, null);
    return [
      this.#stream('stream', 'tweets/search/stream', bearerToken ?? '', filtered),
      this.#stream('activity', 'activity/stream', bearerToken ?? '', activity),
    ];
  }

  #stream(name: string, path: string, bearerToken: string, register: () => Promise<Registered>): Stream {
    const { config, context } = this.parts;
    const query = name === 'stream' ? `?${new URLSearchParams(postQuery(config.wording))}` : '';
    return new Stream(
      {
        name,
        url: `${config.apiUrl.replace(/\/+$/, '')}/2/${path}${query}`,
        bearerToken,
        prepare: async () => {
          const registered = await register();
          return registered.ok ? null : registered.cause;
        },
        take: async (message) => {
          await takePushed(message, this.intake);
        },
        onOpen: () => this.#catchUp(),
      },
      context.log,
    );
  }

  /** A push begins, or begins again: what came before is read. */
  #catchUp(): void {
    for (const reader of this.#readers) reader.nudge();
  }
}
