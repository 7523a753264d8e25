import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse as parseYaml } from 'yaml';
import { statusOf } from '../../../../adapters/channels/smpp/codec/status.js';
import { smppAdapter } from '../../../../adapters/channels/smpp/index.js';
import { inspectChannels } from '../../../../adapters/channels/smpp/inspect.js';
import { meaningOfReceipt, meaningOfStatus, telcoSubmitPolicy } from '../../../../adapters/channels/smpp/profile.js';
import { packagedFile } from '../../../../src/config/env.js';
import { parse, startRig } from './rig.js';

const account = { host: 'smsc.example', systemId: 'lapor', password: 'rahasia1', address: '1708' };

describe('packaged profiles of telcos', () => {
  const folder = packagedFile('config', 'telcos');
  const names = readdirSync(folder).map((file) => file.replace('.yaml', ''));

  it('are those of the telcos of Indonesia', () => {
    expect(names).to.have.members(['telkomsel', 'indosat', 'three', 'xl', 'smartfren']);
  });

  for (const name of names) {
    describe(name, () => {
      const source = readFileSync(`${folder}/${name}.yaml`, 'utf8');
      const profile = parseYaml(source, { stringKeys: true }) as Record<string, unknown>;

      it('makes a channel without a fault, and asks for no more than it allows', () => {
        const parsed = smppAdapter.parseConfig({ ...profile, ...account, profile: name });
        expect(parsed.ok ? [] : parsed.faults).to.deep.equal([]);
        if (parsed.ok) expect(inspectChannels(new Map([[name, parsed.config]]))).to.deep.equal([]);
      });

      it('has what the telco must be asked for', () => {
        const asked = ['systemType', 'serviceType', 'sourceTon', 'sourceNpi', 'destTon', 'destNpi', 'defaultAlphabet'];
        const flow = ['throughputPerSecond', 'enquireLinkSeconds', 'limits', 'errors', 'receiptErrors'];
        expect(profile).to.include.all.keys(...asked, ...flow);
      });

      it('says beside each of its keys what it means, or marks it as assumed', () => {
        const lines = source.split('\n').filter((line) => /^[a-z]\w*: \S/.test(line));
        const bare = lines.filter((line) => !line.includes('#') && !line.startsWith('countryCode'));
        expect(bare).to.deep.equal([]);
      });
    });
  }
});

describe("a telco's own table of errors", () => {
  const words = { id: 'saldo habis', en: 'no credit left' };
  const tables = parse({
    errors: {
      '0x0400': { ...words, policy: 'never' },
      '1025': { ...words, policy: 'throttle' },
      ESME_RSYSERR: words,
      ESME_RINVDSTADR: { ...words, policy: 'retry' },
    },
    receiptErrors: { '034': words },
  });

  const policies = [
    { label: 'a number of its own, in hex', status: 0x400, policy: 'never', known: true },
    { label: 'a number of its own, in decimal', status: 1025, policy: 'throttle', known: true },
    { label: 'a meaning alone: the usual policy', status: 0x08, policy: 'retry', known: true },
    { label: 'another policy than the usual', status: 0x0b, policy: 'retry', known: true },
    { label: 'a code that it does not have', status: 0x0a, policy: 'never', known: false },
  ] as const;
  for (const c of policies) {
    it(c.label, () => {
      expect(telcoSubmitPolicy(c.status, tables)).to.equal(c.policy);
      expect(meaningOfStatus(c.status, tables)).to.deep.equal(c.known ? words : null);
    });
  }

  const receipts = [
    { code: 'UNDELIV/034', known: true },
    { code: 'UNDELIV/34', known: true },
    { code: 'UNDELIV/35', known: false },
    { code: 'UNDELIV', known: false },
  ];
  for (const c of receipts) {
    it(`receipt ${c.code}`, () => expect(meaningOfReceipt(c.code, tables)).to.deep.equal(c.known ? words : null));
  }

  const keys = [
    { key: 'ESME_RTHROTTLED', status: 0x58 },
    { key: '0x58', status: 0x58 },
    { key: '88', status: 0x58 },
    { key: '0xFFFFFFFF', status: 0xffff_ffff },
    { key: '4294967296', status: null },
    { key: 'ESME_RNOTHING', status: null },
    { key: 'constructor', status: null },
    { key: '-1', status: null },
    { key: '', status: null },
  ];
  for (const c of keys) it(`reads the key "${c.key}"`, () => expect(statusOf(c.key)).to.equal(c.status));

  it('faults a key that is no command_status, a policy that is none, and words in one language only', () => {
    const parsed = smppAdapter.parseConfig({
      ...account,
      errors: { ESME_RNOTHING: words, '0x0401': { ...words, policy: 'perhaps' }, '0x0402': { id: 'saja' } },
    });
    expect(parsed.ok ? [] : parsed.faults.map(({ path }) => path.join('.'))).to.have.members([
      'errors.ESME_RNOTHING',
      'errors.0x0401.policy',
      'errors.0x0402.en',
    ]);
  });

  const outcomes = [
    { label: 'never sends again what the table calls final', status: 0x400, kind: 'rejected' },
    { label: 'sends again a code that no table has', status: 0x403, kind: 'unsent' },
    { label: 'sends again what the specification calls final and the table does not', status: 0x0b, kind: 'unsent' },
  ];
  for (const c of outcomes) {
    it(`the channel ${c.label}`, async () => {
      const errors = { '0x0400': { ...words, policy: 'never' }, ESME_RINVDSTADR: { ...words, policy: 'retry' } };
      const rig = await startRig({ errors });
      try {
        rig.peer.script.onSubmit = (submit, link) => link.respond(submit, { command_status: c.status });
        expect((await rig.send()).kind).to.equal(c.kind);
      } finally {
        await rig.stop();
      }
    });
  }

  it('the channel binds anew on a code that the table calls the end of the session', async () => {
    let first: Promise<unknown> = Promise.resolve();
    const rig = await startRig({ errors: { '0x0404': { ...words, policy: 'rebind' } } }, (peer) => {
      first = peer.nextBound();
      peer.script.onSubmit = (submit, link) => link.respond(submit, { command_status: 0x404 });
    });
    try {
      await first;
      const again = rig.peer.nextLink();
      expect((await rig.send()).kind).to.equal('unsent');
      await again;
    } finally {
      await rig.stop();
    }
  });
});
