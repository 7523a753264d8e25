/** Our tracking ids are positive whole numbers that SQLite and JavaScript both hold exactly. */
export function numberOf(trackingId: string): number | null {
  return /^[1-9]\d{0,14}$/.test(trackingId) ? Number(trackingId) : null;
}
