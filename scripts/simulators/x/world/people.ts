import { createHash } from 'node:crypto';

/** Who has an account. A handle that is new to the simulator gets one at first sight, as at a demonstration. */

export interface User {
  readonly id: string;
  readonly username: string;
  readonly createdAtMs: number;
  name: string;
  /** Only followers see a protected account's posts; the service follows nobody. */
  protected: boolean;
  verifiedType: 'none' | 'blue' | 'business' | 'government';
  /** A suspended author's posts are gone for everyone else. */
  suspended: boolean;
  /** Whether anyone may open a conversation by direct message. Who has written to us first may always be answered. */
  receivesDms: boolean;
}

export type UserTraits = Partial<
  Pick<User, 'name' | 'protected' | 'verifiedType' | 'suspended' | 'receivesDms'> & { createdAtMs: number }
>;

/** A year: what is new enough to be suspect is set by the control API. */
const usualAgeMs = 365 * 24 * 3_600_000;

export class People {
  readonly #byId = new Map<string, User>();
  readonly #byName = new Map<string, User>();

  constructor(private readonly max: number) {}

  get count(): number {
    return this.#byId.size;
  }

  byId(id: string): User | undefined {
    return this.#byId.get(id);
  }

  /** In any case, with or without the @. */
  byName(handle: string): User | undefined {
    return this.#byName.get(keyOf(handle));
  }

  /** @throws RangeError for a handle that X would not allow, or when there are too many accounts. */
  called(handle: string): User {
    return this.byName(handle) ?? this.#open(handle);
  }

  /** Sets traits of an account, opening it when it is new. */
  describe(handle: string, { createdAtMs, ...traits }: UserTraits): User {
    const user = this.called(handle);
    return Object.assign(user, traits, createdAtMs === undefined ? {} : { createdAtMs });
  }

  #open(handle: string): User {
    const username = handle.replace(/^@/, '');
    if (!/^\w{1,15}$/.test(username)) {
      throw new RangeError(`"${handle}" is no handle: X allows 1 to 15 letters, digits and underscores`);
    }
    if (this.#byId.size >= this.max)
      throw new RangeError(`There are ${this.max} accounts: the simulator keeps no more`);
    const user: User = {
      id: idOf(username),
      username,
      createdAtMs: Date.now() - usualAgeMs,
      name: username,
      protected: false,
      verifiedType: 'none',
      suspended: false,
      receivesDms: true,
    };
    this.#byId.set(user.id, user);
    this.#byName.set(keyOf(username), user);
    return user;
  }
}

/** The same after a restart, so that a citizen stays the same person to a gateway that goes on. */
function idOf(username: string): string {
  const hash = createHash('sha256').update(username.toLowerCase()).digest().readBigUInt64BE();
  return String(10n ** 18n + (hash % (9n * 10n ** 17n)));
}

function keyOf(handle: string): string {
  return handle.replace(/^@/, '').toLowerCase();
}
