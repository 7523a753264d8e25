import { expect } from 'chai';
import { decodePath } from '../../../../../adapters/channels/smpp/codec/dataCoding.js';
import { bindRefusal, statusName, submitPolicy } from '../../../../../adapters/channels/smpp/codec/status.js';

describe('data_coding', () => {
  const cases = [
    { dataCoding: 0, path: 'gsm7' },
    { dataCoding: 1, path: 'ascii' },
    { dataCoding: 2, path: 'binary' },
    { dataCoding: 3, path: 'latin1' },
    { dataCoding: 4, path: 'binary' },
    { dataCoding: 5, path: 'data_coding_5' },
    { dataCoding: 8, path: 'ucs2' },
    { dataCoding: 0x18, path: 'data_coding_24' },
    { dataCoding: 0xc8, path: 'gsm7' },
    { dataCoding: 0xe8, path: 'ucs2' },
    { dataCoding: 0xf0, path: 'gsm7' },
    { dataCoding: 0xf5, path: 'binary' },
  ];
  for (const { dataCoding, path } of cases) {
    it(`${dataCoding} is ${path}`, () => expect(decodePath(dataCoding, 'gsm7')).to.equal(path));
  }

  it('0 is what the SMSC takes it for, and nothing else is', () => {
    expect(decodePath(0, 'latin1')).to.equal('latin1');
    expect(decodePath(0xf0, 'latin1')).to.equal('gsm7');
  });
});

describe('command_status', () => {
  const cases = [
    { status: 0x58, name: 'ESME_RTHROTTLED', policy: 'throttle' },
    { status: 0x14, name: 'ESME_RMSGQFUL', policy: 'throttle' },
    { status: 0x08, name: 'ESME_RSYSERR', policy: 'retry' },
    { status: 0x45, name: 'ESME_RSUBMITFAIL', policy: 'retry' },
    { status: 0x04, name: 'ESME_RINVBNDSTS', policy: 'rebind' },
    { status: 0x0b, name: 'ESME_RINVDSTADR', policy: 'never' },
    { status: 0x0a, name: 'ESME_RINVSRCADR', policy: 'never' },
    { status: 0x01, name: 'ESME_RINVMSGLEN', policy: 'never' },
    { status: 0x40b, name: '0x0000040b', policy: 'retry' },
  ];
  for (const { status, name, policy } of cases) {
    it(`${name}: ${policy}`, () => {
      expect(statusName(status)).to.equal(name);
      expect(submitPolicy(status)).to.equal(policy);
    });
  }

  it('tells credentials from what passes by itself', () => {
    expect(bindRefusal(0x0e)).to.include({ kind: 'credentials' });
    expect(bindRefusal(0x0d)).to.include({ kind: 'perhaps_credentials' });
    expect(bindRefusal(0x05)).to.include({ kind: 'passing' });
    expect(bindRefusal(0x400).advice).to.not.equal('');
  });
});
