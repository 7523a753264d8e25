import type { Act, ActResult, ChannelHold, Hold } from '../../src/ports/operations.js';

/** The audit trail as either store keeps it. */

export interface ActRow {
  readonly id: number;
  readonly at_ms: number;
  readonly actor: string;
  readonly act: string;
  readonly subject: string;
  readonly reason: string | null;
  readonly ended_ms: number | null;
  readonly result: ActResult | null;
  readonly detail: string | null;
}

/** With the act that set it. */
export interface HoldRow {
  readonly channel: string;
  readonly hold: Hold;
  readonly at_ms: number;
  readonly actor: string;
}

export function toAct(row: ActRow): Act {
  const { id, at_ms: atMs, actor, act, subject, reason, ended_ms: endedMs, result, detail } = row;
  const end = endedMs === null || result === null ? null : { atMs: endedMs, result, detail: detail ?? '' };
  return { id, atMs, actor, act, subject, reason, end };
}

/** By channel. */
export function toHolds(rows: readonly HoldRow[]): ReadonlyMap<string, ChannelHold> {
  return new Map(rows.map(({ channel, hold, at_ms: sinceMs, actor }) => [channel, { hold, sinceMs, actor }]));
}
