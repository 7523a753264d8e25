import { expect } from 'chai';
import { normaliseMsisdn } from '../../../src/domain/sms/msisdn.js';

describe('one form for a number', () => {
  const cases = [
    { given: '6281234567890', normal: '6281234567890' },
    { given: '+6281234567890', normal: '6281234567890' },
    { given: '081234567890', normal: '6281234567890' },
    { given: '006281234567890', normal: '6281234567890' },
    { given: '+62 812-3456-7890', normal: '6281234567890' },
    { given: '(0812) 3456 7890', normal: '6281234567890' },
    { given: '+6591234567', normal: '6591234567' },
    { given: '1708', normal: '1708' },
    { given: 'TELKOMSEL', normal: 'TELKOMSEL' },
    { given: 'Info 1708', normal: 'Info 1708' },
    { given: '+', normal: '+' },
    { given: '0', normal: '0' },
    { given: '00', normal: '00' },
    { given: '+0', normal: '0' },
    { given: '', normal: '' },
  ];
  for (const { given, normal } of cases) {
    it(`${JSON.stringify(given)} is ${JSON.stringify(normal)}`, () => {
      expect(normaliseMsisdn(given, '62')).to.equal(normal);
      expect(normaliseMsisdn(normal, '62')).to.equal(normal);
    });
  }
});
