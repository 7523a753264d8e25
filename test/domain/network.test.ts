import { expect } from 'chai';
import { Networks, parseNetwork } from '../../src/domain/network.js';

function networks(...texts: readonly string[]): Networks {
  return new Networks(texts.flatMap((text) => parseNetwork(text) ?? []));
}

describe('networks', () => {
  const readings = [
    { text: '203.0.113.7', network: { address: '203.0.113.7', prefixBits: 32 } },
    { text: '10.0.0.0/8', network: { address: '10.0.0.0', prefixBits: 8 } },
    { text: '2001:db8::/32', network: { address: '2001:db8::', prefixBits: 32 } },
    { text: '::1', network: { address: '::1', prefixBits: 128 } },
    { text: '0.0.0.0/0', network: { address: '0.0.0.0', prefixBits: 0 } },
    ...['10.0.0.0/33', '10.0.0/8', '10.0.0.0/8/8', '10.0.0.0/', '10.0.0.0/-1', 'kantor', ''].map((text) => ({
      text,
      network: null,
    })),
  ];
  for (const { text, network } of readings) {
    it(`reads "${text}"`, () => expect(parseNetwork(text)).to.deep.equal(network));
  }

  const questions = [
    { label: 'the address itself', list: ['203.0.113.7'], address: '203.0.113.7', has: true },
    { label: 'its neighbour', list: ['203.0.113.7'], address: '203.0.113.8', has: false },
    { label: 'an address of a network', list: ['192.0.2.1', '10.0.0.0/8'], address: '10.200.3.4', has: true },
    { label: 'an IPv4 address in IPv6 clothes', list: ['10.0.0.0/8'], address: '::ffff:10.1.2.3', has: true },
    { label: 'an IPv6 address', list: ['2001:db8::/32'], address: '2001:db8:1::7', has: true },
    { label: 'the other family', list: ['0.0.0.0/0'], address: '2001:db8::1', has: false },
    { label: 'no address', list: ['0.0.0.0/0'], address: '', has: false },
    { label: 'an empty list', list: [], address: '10.0.0.1', has: false },
  ];
  for (const { label, list, address, has } of questions) {
    it(`${has ? 'has' : 'has not'} ${label}`, () => expect(networks(...list).has(address)).to.equal(has));
  }
});
