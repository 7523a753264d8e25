import { isNewer, type Stamp } from './ids.js';
import type { User } from './people.js';

/** Direct messages between two accounts. */

export interface Message {
  readonly id: string;
  readonly conversationId: string;
  readonly sender: User;
  readonly recipient: User;
  readonly text: string;
  readonly atMs: number;
}

export class Messages {
  /** Oldest first. */
  readonly #all: Message[] = [];

  constructor(private readonly max: number) {}

  send(sender: User, recipient: User, text: string, { id, atMs }: Stamp): Message {
    const message: Message = {
      id,
      conversationId: conversationOf(sender, recipient),
      sender,
      recipient,
      text,
      atMs,
    };
    this.#all.push(message);
    if (this.#all.length > this.max) this.#all.splice(0, Math.ceil(this.max / 10));
    return message;
  }

  /** Newest first. */
  of(user: User): readonly Message[] {
    return this.#all.filter(({ sender, recipient }) => sender === user || recipient === user).reverse();
  }

  /** Oldest first. */
  between(one: User, other: User): readonly Message[] {
    const conversationId = conversationOf(one, other);
    return this.#all.filter((message) => message.conversationId === conversationId);
  }

  /** Who was written to by someone may answer, whatever their settings. */
  hasWritten(sender: User, recipient: User): boolean {
    return this.#all.some((message) => message.sender === sender && message.recipient === recipient);
  }
}

function conversationOf(one: User, other: User): string {
  return isNewer(one.id, other.id) ? `${other.id}-${one.id}` : `${one.id}-${other.id}`;
}
