import { Changes } from '../changes.js';

/** How the Bot API treats messages of the bot. */
export type Treatment = 'accept' | 'throttle' | 'refuse' | 'blocked' | 'vanish';

export interface BotMessage {
  readonly chatId: string;
  readonly messageId: number;
  readonly text: string;
  readonly answers: number | null;
}

interface Webhook {
  readonly url: string;
  readonly secret: string;
}

interface Update {
  readonly update_id: number;
}

/** What a call comes to: Telegram's own form of answer, or a connection that breaks. */
export type Told = { readonly status: number; readonly body: object } | 'vanish';

const mostUpdates = 100;
const mostKept = 10_000;

/** Telegram without its HTTP: the people who write to one bot, and what the bot wrote to them. */
export class TelegramSimulator {
  readonly changes = new Changes();
  readonly sent: BotMessage[] = [];
  /** By `file_id`. */
  readonly files = new Map<string, Buffer>();
  treatment: Treatment = 'accept';
  /** Updates that the bot has not confirmed, oldest first. */
  #waiting: Update[] = [];
  /** How often each was handed out. */
  readonly #handed = new Map<number, number>();
  #webhook: Webhook | null = null;
  #lastUpdate = 0;
  #lastMessage = 0;

  /**
   * A person writes to the bot.
   *
   * @param content fields of the message beside its id, date and chat: `{ text: 'Jalan rusak' }`
   * @returns the number of the update
   */
  write(chatId: number, content: object): number {
    this.#lastUpdate += 1;
    this.#lastMessage += 1;
    const chat = { id: chatId, type: 'private', first_name: 'Warga' };
    const from = { id: chatId, is_bot: false, first_name: 'Warga', language_code: 'id' };
    const date = Math.floor(Date.now() / 1_000);
    const message = { message_id: this.#lastMessage, date, chat, from, ...content };
    this.#waiting.push({ update_id: this.#lastUpdate, message } as Update);
    if (this.#waiting.length > mostKept) this.#waiting.shift();
    this.changes.notify();
    return this.#lastUpdate;
  }

  /** Where an update stands: confirmed by the bot, handed out so many times. */
  standing(updateId: number): { readonly confirmed: boolean; readonly handed: number } {
    const waits = this.#waiting.some((update) => update.update_id === updateId);
    return { confirmed: !waits, handed: this.#handed.get(updateId) ?? 0 };
  }

  get webhook(): Webhook | null {
    return this.#webhook;
  }

  /** Posts all that waits to the webhook, oldest first, and stops at the first that is not taken. @returns the last status */
  async push(): Promise<number | null> {
    let status: number | null = null;
    while (this.#webhook !== null) {
      const [update] = this.#waiting;
      if (update === undefined) break;
      const { url, secret } = this.#webhook;
      const headers = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret };
      const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(update) });
      status = answer.status;
      if (!answer.ok) break;
      this.#confirmBelow(update.update_id + 1);
    }
    return status;
  }

  /** @param signal fires when the bot hangs up */
  async call(method: string, params: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<Told> {
    switch (method) {
      case 'getUpdates':
        return this.#getUpdates(Number(params.offset ?? 0), Number(params.timeout ?? 0), signal);
      case 'sendMessage':
        return this.#sendMessage(params);
      case 'setWebhook':
        this.#webhook = { url: String(params.url), secret: String(params.secret_token ?? '') };
        this.changes.notify();
        return done(true);
      case 'deleteWebhook':
        this.#webhook = null;
        this.changes.notify();
        return done(true);
      case 'getFile':
        return this.#getFile(String(params.file_id));
      default:
        return failed(404, 'Not Found');
    }
  }

  async #getUpdates(offset: number, timeoutSeconds: number, signal: AbortSignal): Promise<Told> {
    if (this.#webhook !== null) return failed(409, 'Conflict: can’t use getUpdates method while webhook is active');
    this.#confirmBelow(offset);
    const look = () => (this.#waiting.length > 0 ? this.#waiting.slice(0, mostUpdates) : undefined);
    const updates = (await this.changes.until(look, timeoutSeconds * 1_000, signal)) ?? [];
    for (const { update_id: id } of updates) this.#handed.set(id, (this.#handed.get(id) ?? 0) + 1);
    this.changes.notify();
    return done(updates);
  }

  #getFile(fileId: string): Told {
    const octets = this.files.get(fileId);
    if (octets === undefined) return failed(400, 'Bad Request: wrong file_id or the file is temporarily unavailable');
    return done({ file_id: fileId, file_size: octets.length, file_path: `documents/${fileId}` });
  }

  #sendMessage(params: Readonly<Record<string, unknown>>): Told {
    const { message_id: answers = null } = (params.reply_parameters ?? {}) as { message_id?: number };
    this.#lastMessage += 1;
    const message = {
      chatId: String(params.chat_id),
      messageId: this.#lastMessage,
      text: String(params.text),
      answers,
    };
    this.sent.push(message);
    this.changes.notify();
    const chat = { id: Number(message.chatId), type: 'private' };
    const answer: Readonly<Record<Treatment, Told>> = {
      accept: done({ message_id: message.messageId, date: Math.floor(Date.now() / 1_000), chat, text: message.text }),
      throttle: failed(429, 'Too Many Requests: retry after 3', { retry_after: 3 }),
      refuse: failed(400, 'Bad Request: chat not found'),
      blocked: failed(403, 'Forbidden: bot was blocked by the user'),
      vanish: 'vanish',
    };
    return answer[this.treatment];
  }

  #confirmBelow(offset: number): void {
    this.#waiting = this.#waiting.filter(({ update_id: id }) => id >= offset);
    this.changes.notify();
  }
}

function done(result: unknown): Told {
  return { status: 200, body: { ok: true, result } };
}

function failed(status: number, description: string, parameters?: object): Told {
  const more = parameters === undefined ? {} : { parameters };
  return { status, body: { ok: false, error_code: status, description, ...more } };
}
