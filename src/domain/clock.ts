const originMs = Date.now() - performance.now();

/**
 * Milliseconds since the epoch by a clock that only goes forward, at the pace of time: it starts from the wall clock and
 * is never set. For whatever measures how long: leases, deadlines, back-off, rates. An operator who mends the wall clock
 * at night must neither stop replies for an hour nor let every lease end at once.
 * Comparable with stored times; for what is shown to people, and what peers are told, use the wall clock.
 */
export function steadyNowMs(): number {
  return Math.round(originMs + performance.now());
}
