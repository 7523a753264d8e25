/** The live test of a channel: what it is asked for, and what it tells, step by step. */

export interface DiagnosisRequest {
  /**
   * - `all`: nobody else holds this channel's links, or the operator accepts to disturb who does.
   * - `spare`: a running gateway holds them. Only what the peer allows beside them is taken, and nothing that would
   *   draw citizens' messages away from the gateway.
   */
  readonly links: 'all' | 'spare';
  /** A test message to a handset of the operator's own, or null. */
  readonly message: { readonly to: string; readonly text: string } | null;
  /** A word that the operator is going to send from a handset to the channel's address, or null. */
  readonly expectedWord: string | null;
  /** How long to wait for the receipt of `message`, and for `expectedWord`. */
  readonly waitMs: number;
  /** Ends waiting early; what was opened is still closed in good order. */
  readonly stop: AbortSignal;
}

/** Names and numbers that a stage's words are filled with. Never a secret, a whole address or a message text. */
export type Facts = Readonly<Record<string, string | number>>;

/** Words by language, `id` and `en`. */
export type Words = Readonly<Record<string, string>>;

/** One step of the test. */
export interface Stage {
  /** `dns`, `tcp`, `tls`, `bind`, …; the doctor's texts have words for each. */
  readonly name: string;
  /** What it was tried on, such as `smsc.example:2775`. */
  readonly target: string;
  /** `waiting`: nothing yet; the same stage is told again with its result. */
  readonly result: 'passed' | 'failed' | 'skipped' | 'waiting';
  readonly elapsedMs: number;
  readonly facts: Facts;
  /** Why it failed or was skipped: `bind.ESME_RINVPASWD`. The doctor's texts have causes and remedies for it. */
  readonly reason: string | null;
  /** What the peer's own table says about the code that it gave, or null. */
  readonly meaning: Words | null;
}
