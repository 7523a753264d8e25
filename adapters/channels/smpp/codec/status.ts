import smpp from 'smpp';

/** The codes that this side gives by name (SMPP 3.4 §5.1.3). */
export const commandStatus = {
  ESME_ROK: 0x00,
  ESME_RINVMSGLEN: 0x01,
  ESME_RINVCMDLEN: 0x02,
  ESME_RINVCMDID: 0x03,
  ESME_RINVBNDSTS: 0x04,
  ESME_RX_T_APPN: 0x64,
  ESME_RINVTLVSTREAM: 0xc0,
  ESME_RUNKNOWNERR: 0xff,
} as const;

const nameOfStatus = new Map(Object.entries(smpp.errors).map(([name, code]) => [code, name]));

/** `ESME_RTHROTTLED`, or `0x0000040b` for a code of the peer's own. */
export function statusName(status: number): string {
  return nameOfStatus.get(status) ?? `0x${status.toString(16).padStart(8, '0')}`;
}

/** For metrics: a peer may answer any of four thousand million codes, and each would be a series of its own. */
export function statusLabel(status: number): string {
  return nameOfStatus.get(status) ?? 'other';
}

/** Reads `ESME_RTHROTTLED`, `0x0400` or `1024`; null for what is none of them. */
export function statusOf(text: string): number | null {
  if (Object.hasOwn(smpp.errors, text)) return smpp.errors[text] ?? null;
  const number = /^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text) ? Number(text) : Number.NaN;
  return number <= 0xffff_ffff ? number : null;
}

export const submitPolicies = ['retry', 'throttle', 'rebind', 'never'] as const;

/**
 * What a refused submit_sm asks for.
 * - `retry`: the same PDU may pass later.
 * - `throttle`: so, and everything else waits a moment too: more traffic now makes it worse.
 * - `rebind`: the peer holds the session for unbound; the PDU may pass on a fresh one.
 * - `never`: the same PDU will be refused again.
 */
export type SubmitPolicy = (typeof submitPolicies)[number];

const policyOfStatus: Readonly<Record<string, SubmitPolicy>> = {
  ESME_RTHROTTLED: 'throttle',
  ESME_RMSGQFUL: 'throttle',
  ESME_RSYSERR: 'retry',
  ESME_RSUBMITFAIL: 'retry',
  ESME_RX_T_APPN: 'retry',
  ESME_RDELIVERYFAILURE: 'retry',
  ESME_RUNKNOWNERR: 'retry',
  ESME_RINVBNDSTS: 'rebind',
};

/**
 * The specification's other codes blame the PDU, so they are final. A code of the peer's own is tried again:
 * a reply sent late is better than one given up on a code that nobody knows.
 */
export function submitPolicy(status: number): SubmitPolicy {
  const name = nameOfStatus.get(status);
  return name === undefined ? 'retry' : (policyOfStatus[name] ?? 'never');
}

/**
 * Why a bind was refused, for the person who must mend it.
 * - `credentials`: trying again soon is pointless, and may get the account locked.
 * - `perhaps_credentials`: so, unless the same credentials were accepted before; then it is a dead bind that the peer
 *   still counts, or a fault of its own, for which some peers have no better code.
 * - `passing`: it may go as it came.
 */
export interface BindRefusal {
  readonly kind: 'credentials' | 'perhaps_credentials' | 'passing';
  readonly advice: string;
}

const bindRefusals: Readonly<Record<string, BindRefusal>> = {
  ESME_RINVPASWD: {
    kind: 'credentials',
    advice: 'the password is wrong; some peers read no more than its first 8 characters',
  },
  ESME_RINVSYSID: { kind: 'credentials', advice: 'the peer does not know this systemId, or not from this IP address' },
  ESME_RBINDFAIL: {
    kind: 'perhaps_credentials',
    advice: 'the peer gives no reason; check systemId, password, systemType, the bind mode and the IP allow-list',
  },
  ESME_RINVSYSTYP: { kind: 'credentials', advice: 'the peer wants another systemType' },
  ESME_RSERTYPUNAUTH: { kind: 'credentials', advice: 'this account may not use the service type' },
  ESME_RPROHIBITED: { kind: 'credentials', advice: 'this account may not bind in this mode' },
  ESME_RALYBND: {
    kind: 'passing',
    advice: 'the account has as many binds as it may; another client uses it, or a dead bind has not timed out yet',
  },
  ESME_RINVBNDSTS: { kind: 'passing', advice: 'the peer does not allow this bind mode now' },
  ESME_RSYSERR: { kind: 'passing', advice: 'the peer has a fault of its own' },
  ESME_RTHROTTLED: { kind: 'passing', advice: 'too many bind attempts' },
};

export function bindRefusal(status: number): BindRefusal {
  return bindRefusals[statusName(status)] ?? { kind: 'passing', advice: 'ask the peer what the code means' };
}
