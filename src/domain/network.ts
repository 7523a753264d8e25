import { BlockList, isIP, isIPv4 } from 'node:net';

/** An IP address, or a network in CIDR notation. */
export interface Network {
  readonly address: string;
  /** Octets of a lone address are all fixed: 32 or 128. */
  readonly prefixBits: number;
}

const mappedPrefix = /^::ffff:(?=\d+\.)/i;

/** @returns null where the text is neither `203.0.113.7` nor `10.0.0.0/8` nor the like in IPv6. */
export function parseNetwork(text: string): Network | null {
  const [address = '', prefix, ...rest] = text.split('/');
  if (isIP(address) === 0 || rest.length > 0) return null;
  const mostBits = isIPv4(address) ? 32 : 128;
  if (prefix === undefined) return { address, prefixBits: mostBits };
  const prefixBits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  return prefixBits <= mostBits ? { address, prefixBits } : null;
}

/** Addresses that something is allowed from. */
export class Networks {
  readonly #list = new BlockList();

  constructor(networks: readonly Network[]) {
    for (const { address, prefixBits } of networks) this.#list.addSubnet(address, prefixBits, familyOf(address));
  }

  /** An IPv4 address is the same however it is written: a socket open to both families shows `::ffff:203.0.113.7`. */
  has(address: string): boolean {
    const plain = address.replace(mappedPrefix, '');
    return isIP(plain) !== 0 && this.#list.check(plain, familyOf(plain));
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6';
}
