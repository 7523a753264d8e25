import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { packagedFile } from '../../src/config/env.js';
import { doctorLanguages, loadDoctorTexts, tell } from '../../src/doctor/texts.js';
import type { Stage } from '../../src/ports/diagnosis.js';

const stage: Stage = {
  name: 'bind',
  target: 'smsc.example:2775',
  result: 'failed',
  elapsedMs: 12,
  facts: { status: 'ESME_RINVPASWD', number: '0x0e', role: 'transceiver' },
  reason: 'bind.ESME_RINVPASWD',
  meaning: null,
};

describe("the doctor's texts", () => {
  const [en, id] = [loadDoctorTexts('en'), loadDoctorTexts('id')];

  it('have the same stages, reasons and terms in both languages', () => {
    for (const part of ['frame', 'terms', 'stages', 'reasons'] as const) {
      expect(Object.keys(id[part]), part).to.have.members(Object.keys(en[part]));
    }
  });

  it('name the same facts, and the same number of causes and remedies, in both languages', () => {
    const shapeOf = ({ reasons, stages }: typeof en) => ({
      reasons: Object.entries(reasons).map(([key, { what, causes, remedies }]) => [
        key,
        factsIn(what),
        causes.length,
        remedies.length,
      ]),
      stages: Object.entries(stages).map(([key, { passed, waiting = '' }]) => [key, factsIn(passed), factsIn(waiting)]),
    });
    expect(shapeOf(id)).to.deep.equal(shapeOf(en));
  });

  it('have something to do for every failure that a person can mend', () => {
    const notForPeople =
      /^gateway\.none$|\.(unknown|not_wanted|interrupted|other_server|unknown_channel|goes_to_gateway|too_long)$|^receive\.other$/;
    const helpless = Object.entries(en.reasons).filter(
      ([key, { remedies }]) => remedies.length === 0 && !notForPeople.test(key),
    );
    expect(helpless.map(([key]) => key)).to.deep.equal([]);
  });

  it('have words for each stage of an account on X, and for any reason why it failed', () => {
    const source = readFileSync(packagedFile('adapters', 'channels', 'twitter', 'diagnose.ts'), 'utf8');
    const stages = new Set(Array.from(source.matchAll(/'(x_\w+)'/g), ([, name]) => name));
    expect(stages).to.have.keys(Object.keys(en.stages).filter((name) => name.startsWith('x_')));
    const failing = [...stages].filter((name) => name !== 'x_clock');
    expect(Object.keys(en.reasons)).to.include.members(failing.map((name) => `${name}.other`));
  });

  it('have words for each stage and reason that the SMPP doctor tells', () => {
    const folder = packagedFile('adapters', 'channels', 'smpp', 'doctor');
    const source = readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('\n');
    const stages = Array.from(source.matchAll(/new StageClock\('(\w+)'/g), ([, name]) => name);
    expect(stages).to.include.members(['dns', 'tcp', 'tls', 'bind', 'enquire_link', 'send', 'receipt', 'receive']);
    expect(Object.keys(en.stages)).to.include.members(stages);
    const reasons = Array.from(source.matchAll(/'((?:bind|send|receipt|receive)\.\w+)'/g), ([, reason]) => reason);
    expect(reasons).to.include('bind.held_by_gateway');
    expect(Object.keys(en.reasons)).to.include.members(reasons);
  });

  for (const language of doctorLanguages) {
    it(`fill in the facts of a stage: ${language}`, () => {
      const told = tell(stage, loadDoctorTexts(language));
      expect(told.what).to.contain('ESME_RINVPASWD (0x0e)');
      expect(told.causes).not.to.deep.equal([]);
      expect(told.remedies).not.to.deep.equal([]);
    });
  }

  it('have words for a code that nobody knows', () => {
    const told = tell({ ...stage, reason: 'bind.0x00000401', facts: { status: '0x00000401', number: '0x401' } }, en);
    expect(told.what).to.equal('refused with 0x00000401 (0x401)');
    expect(told.remedies).not.to.deep.equal([]);
  });

  it('put terms into words', () => {
    const passed: Stage = {
      ...stage,
      name: 'receipt',
      result: 'passed',
      reason: null,
      facts: { code: 'DELIVRD', idForm: 'same' },
    };
    expect(tell(passed, id).what).to.equal('DELIVRD; id pesan: sama di keduanya');
  });
});

function factsIn(template: string): string[] {
  return Array.from(template.matchAll(/\{(\w+)\}/g), ([, name = '']) => name).sort();
}
