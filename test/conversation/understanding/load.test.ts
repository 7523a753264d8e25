import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { packagedFile } from '../../../src/config/env.js';
import { loadKnowledge } from '../../../src/conversation/understanding/load.js';
import { tempFolder } from '../../config/tempFolder.js';

describe('loadKnowledge', () => {
  const folder = tempFolder();
  const packaged = {
    keywords: packagedFile('config', 'keywords.yaml'),
    vocabulary: packagedFile('config', 'vocabulary.yaml'),
  };
  type Name = keyof typeof packaged;

  /** The faults, where one text of a packaged file is replaced. `at` is where the replaced text stood. */
  function faultsWith(name: Name, replaced: string, by: string): { faults: string[]; line: number } {
    const text = readFileSync(packaged[name], 'utf8');
    expect(text, 'the text to replace is there').to.contain(replaced);
    const file = folder.write(
      `${name}.yaml`,
      text.replace(replaced, () => by),
    );
    const loaded = loadKnowledge({ ...packaged, [name]: file });
    const line = text.slice(0, text.indexOf(replaced)).split('\n').length;
    return { line, faults: loaded.ok ? [] : loaded.faults.map((f) => `+${f.line - line} ${f.key}: ${f.message}`) };
  }

  it('takes the packaged files', () => {
    const loaded = loadKnowledge(packaged);
    expect(loaded.ok ? [] : loaded.faults).to.deep.equal([]);
  });

  const cases: ReadonlyArray<{ label: string; file: Name; replaced: string; by: string; fault: string }> = [
    {
      label: 'a keyword in small letters',
      file: 'keywords',
      replaced: '  BBM:',
      by: '  bbm:',
      fault:
        '+0 keywords.bbm: not a fit name: expected capital letters and digits, at least three, beginning with a letter',
    },
    {
      label: 'a type that there is not',
      file: 'keywords',
      replaced: 'type: topic',
      by: 'type: theme',
      fault: '+0 keywords.BBM.type: expected `type: service`, `type: region` or `type: topic`',
    },
    {
      label: 'a code without quotes, which YAML reads as a number',
      file: 'keywords',
      replaced: 'region: "63.72"',
      by: 'region: 63.72',
      fault: '+0 keywords.BANJARBARU.region: expected a Kemendagri code in quotes, such as "51.08"',
    },
    {
      label: 'the code of a district',
      file: 'keywords',
      replaced: 'region: "63.72"',
      by: 'region: "63.72.01"',
      fault:
        '+0 keywords.BANJARBARU.region: expected the Kemendagri code of a province or regency, such as "51" or "51.08"',
    },
    {
      label: 'a mistyped key',
      file: 'keywords',
      replaced: 'spellings: [CONFIDENTIAL]',
      by: 'speling: [CONFIDENTIAL]',
      fault: '+0 modifiers.RAHASIA.speling: unknown key `speling`; did you mean `spellings`?',
    },
    {
      label: 'a spelling of two keywords',
      file: 'keywords',
      replaced: 'spellings: [PENGADUAN]',
      by: 'spellings: [LAPOR]',
      fault: '+0 keywords.ADUAN.spellings[0]: `LAPOR` is taken by `LAPOR` already; a spelling leads to one keyword',
    },
    {
      label: 'a phrase in capitals',
      file: 'vocabulary',
      replaced: '  jln: jalan',
      by: '  jln: Jalan',
      fault: '+0 shorthand.jln: expected words in small letters, one blank between them',
    },
    {
      label: 'a word of two commands',
      file: 'vocabulary',
      replaced: '      jangan sms,',
      by: '      batal,',
      fault: '+0 commands.stop[0]: `batal` stands under `withdrawal` already; keep one',
    },
    {
      label: 'a cue for two kinds',
      file: 'vocabulary',
      replaced: '    usul: 4',
      by: '    usul: 4\n    rusak: 2',
      fault: '+1 kinds.aspiration.rusak: `rusak` is a cue for `complaint` already; keep one',
    },
    {
      label: 'a weight out of range',
      file: 'vocabulary',
      replaced: '    usul: 4',
      by: '    usul: 40',
      fault: '+0 kinds.aspiration.usul: expected at most 9, found 40',
    },
    {
      label: 'a list that is missing',
      file: 'vocabulary',
      replaced: 'negatorWeight: 2',
      by: '',
      fault: 'negatorWeight: missing; expected a number',
    },
  ];
  for (const { label, file, replaced, by, fault } of cases) {
    it(`${label} is a fault with its line`, () => {
      const { faults } = faultsWith(file, replaced, by);
      expect(faults).to.have.lengthOf(1);
      expect(faults[0]).to.contain(fault);
    });
  }

  it('tells the faults of both files at once', () => {
    const loaded = loadKnowledge({ keywords: folder.path('none.yaml'), vocabulary: folder.path('none.yaml') });
    const messages = loaded.ok ? [] : loaded.faults.map(({ message }) => message);
    const message = 'cannot be read: there is no such file';
    expect(messages).to.deep.equal([message, message]);
  });
});
