import type { FetchedAttachment, OutboundReply, Outcome } from '../../../src/ports/channel.js';
import { downloaded } from '../download.js';
import { type Agents, type Exchanged, exchange } from '../exchange.js';
import type { TelegramConfig } from './config.js';

/** Calls of the Bot API. The token is in the path, so no URL of it may reach a log. https://core.telegram.org/bots/api */

const answerMaxBytes = 4 * 1024 * 1024;

export type Called =
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'refused'; readonly status: number; readonly retryAfterMs: number | null }
  | Exclude<Exchanged, { readonly kind: 'answered' }>;

export interface Call {
  readonly method: 'getUpdates' | 'sendMessage' | 'setWebhook' | 'deleteWebhook' | 'getFile';
  readonly params: object;
  readonly timeoutMs: number;
  readonly stop?: AbortSignal;
}

export class BotApi {
  constructor(
    private readonly config: TelegramConfig,
    private readonly agents: Agents,
    private readonly note: (exchanged: Exchanged) => void,
  ) {}

  async call({ method, params, timeoutMs, stop }: Call): Promise<Called> {
    const exchanged = await exchange(this.agents, {
      method: 'POST',
      url: new URL(`${this.config.apiUrl}/bot${this.config.token}/${method}`),
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(params),
      timeoutMs,
      answerMaxBytes,
      ...(stop === undefined ? {} : { stop }),
    });
    if (!stop?.aborted) this.note(exchanged);
    if (exchanged.kind !== 'answered') return exchanged;
    const { ok, result, parameters } = recordOf(jsonOf(exchanged.body));
    if (exchanged.status === 200 && ok === true) return { kind: 'done', result };
    const { retry_after: seconds } = recordOf(parameters);
    return {
      kind: 'refused',
      status: exchanged.status,
      retryAfterMs: typeof seconds === 'number' ? seconds * 1_000 : null,
    };
  }

  /** A file by its `file_id`, in two steps: the path that it has for an hour, and the file. */
  async download(fileId: string, maxBytes: number, timeoutMs: number, stop: AbortSignal): Promise<FetchedAttachment> {
    const called = await this.call({ method: 'getFile', params: { file_id: fileId }, timeoutMs, stop });
    if (called.kind === 'unwritten' || called.kind === 'unanswered') return { kind: 'later', cause: called.cause };
    // 400 is "file is too big", over 20 MB, and "wrong file_id": neither gets better.
    if (called.kind === 'refused' && called.status === 400) return { kind: 'never', code: 'refused' };
    if (called.kind === 'refused') return { kind: 'later', cause: `answered ${called.status}` };
    const { file_path: path, file_size: bytes } = recordOf(called.result);
    if (typeof bytes === 'number' && bytes > maxBytes) return { kind: 'never', code: 'too_large' };
    if (typeof path !== 'string' || !filePath.test(path) || path.includes('..'))
      return { kind: 'never', code: 'no_path' };
    const url = new URL(`${this.config.apiUrl}/file/bot${this.config.token}/${path}`);
    return downloaded(
      await exchange(this.agents, { method: 'GET', url, headers: {}, timeoutMs, answerMaxBytes: maxBytes, stop }),
    );
  }
}

const filePath = /^[\w./-]{1,300}$/;

/** In UTF-16 units, as the Bot API counts them. */
const textMaxLength = 4_096;

/** A text in pieces that Telegram takes, broken at a blank where there is one. */
export function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > textMaxLength) {
    const blank = rest.lastIndexOf(' ', textMaxLength);
    // Not within a surrogate pair: a high one at the end takes its low one along into the next piece.
    const hard = /[\ud800-\udbff]/.test(rest[textMaxLength - 1] ?? '') ? textMaxLength - 1 : textMaxLength;
    const at = blank > 0 ? blank : hard;
    pieces.push(rest.slice(0, at));
    rest = rest.slice(at).trimStart();
  }
  return [...pieces, rest];
}

export function messageParams(reply: OutboundReply, text: string, answersMessageId: number | null): object {
  const answered = { message_id: answersMessageId, allow_sending_without_reply: true };
  return {
    chat_id: reply.to,
    text,
    link_preview_options: { is_disabled: true },
    ...(answersMessageId === null ? {} : { reply_parameters: answered }),
  };
}

/** Answers of a proxy that gave up waiting. */
const proxyGaveUp: ReadonlySet<number> = new Set([502, 504]);

/** @returns null where the message was taken */
export function failureOf(called: Called): Exclude<Outcome, { kind: 'accepted' }> | null {
  if (called.kind === 'done') return null;
  if (called.kind === 'unwritten') return { kind: 'unsent', cause: called.cause };
  if (called.kind === 'unanswered') return { kind: 'uncertain', cause: called.cause };
  const { status, retryAfterMs } = called;
  const cause = `answered ${status}`;
  // The person blocked the bot, or is gone: their right, and nothing to mend.
  if (status === 403) return { kind: 'withheld', code: 'blocked', cause };
  if (status === 400) return { kind: 'rejected', code: 'telegram_400', cause };
  if (proxyGaveUp.has(status)) return { kind: 'uncertain', cause };
  return { kind: 'unsent', cause, ...(retryAfterMs === null ? {} : { retryAfterMs }) };
}

export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

export function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}
