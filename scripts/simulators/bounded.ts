/** Drops the oldest entry of a Map that grew beyond `max`. A Map keeps the order of insertion. */
export function forgetOldest<Key>(map: Map<Key, unknown>, max: number): void {
  if (map.size <= max) return;
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
}
