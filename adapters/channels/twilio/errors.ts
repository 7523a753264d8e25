/**
 * What Twilio's error codes mean for a reply (https://www.twilio.com/docs/api/errors).
 *
 * - `withheld`: the citizen opted out. That is their right, and nothing to mend.
 * - `never`: no later attempt can do better.
 * - anything else is tried again: what an operator can mend (a wrong token, a region that is not enabled, a number that is
 *   not the account's) mends all replies that wait.
 */
export type ErrorPolicy = 'withheld' | 'never';

const policies: ReadonlyMap<number, ErrorPolicy> = new Map([
  // The recipient answered STOP.
  [21610, 'withheld'],
  // Not a valid number; not routable from this one; a landline or not reachable by SMS.
  [21211, 'never'],
  [21612, 'never'],
  [21614, 'never'],
  // No body; over 1,600 characters.
  [21602, 'never'],
  [21617, 'never'],
  // The sender is not registered with the destination's carriers.
  [30018, 'never'],
]);

export function policyOf(code: number | null): ErrorPolicy | null {
  return code === null ? null : (policies.get(code) ?? null);
}
