import { expect } from 'chai';
import { JsonReport, LineReport, type Report } from '../../src/doctor/report.js';
import { loadDoctorTexts } from '../../src/doctor/texts.js';
import type { Stage } from '../../src/ports/diagnosis.js';

/** An SMSC names itself in its bind response, and may put there what moves the cursor or begins a line of its own. */
const hostileName = '\u001b[31mSMSC\n{"ok":true}\u202e\u009b2J';

const stage: Stage = {
  name: 'bind',
  target: 'smsc.example:2775',
  result: 'passed',
  elapsedMs: 12,
  facts: { role: 'transceiver', peer: hostileName, version: '3.4' },
  reason: null,
  meaning: { en: hostileName, id: hostileName },
};

describe("the doctor's report", () => {
  const texts = loadDoctorTexts('en');
  const reports: readonly { label: string; make: (print: (line: string) => void) => Report }[] = [
    { label: 'for a person', make: (print) => new LineReport(texts, 'en', print, false) },
    { label: 'for a program', make: (print) => new JsonReport(texts, 'en', print) },
  ];
  for (const { label, make } of reports) {
    it(`${label} passes on nothing of a peer's that a terminal would act on`, () => {
      const lines: string[] = [];
      make((line) => lines.push(line)).stage('telkomsel', stage);
      expect(lines.join(' ')).to.include('SMSC');
      for (const line of lines) expect(line).to.match(/^[^\p{Cc}\p{Cf}]*$/u);
    });
  }
});
