import { expect } from 'chai';
import fc from 'fast-check';
import { interpolate, readAsYaml } from '../../src/config/interpolate.js';
import { tempFolder } from './tempFolder.js';

describe('interpolate', () => {
  const folder = tempFolder();

  function sources(env: Record<string, string> = {}) {
    return { env, directory: folder.path('.') };
  }

  const env = { NAME: 'nilai', OTHER: 'lain', EMPTY: '', TRICKY: `\${NAME}` };
  const forms = [
    { label: 'a variable', text: `\${NAME}`, value: 'nilai', secrets: ['nilai'] },
    { label: 'within a text', text: `a-\${NAME}-\${OTHER}`, value: 'a-nilai-lain', secrets: ['nilai', 'lain'] },
    { label: 'a default that is not needed', text: `\${NAME:-x}`, value: 'nilai', secrets: ['nilai'] },
    { label: 'a default', text: `\${NONE:-a b:c}`, value: 'a b:c', secrets: [] },
    { label: 'a default for an empty variable', text: `\${EMPTY:-x}`, value: 'x', secrets: [] },
    { label: 'an escaped reference', text: `$\${NAME}`, value: `\${NAME}`, secrets: [] },
    {
      label: 'a value that looks like a reference',
      text: `\${TRICKY}`,
      value: `\${NAME}`,
      secrets: [`\${NAME}`],
    },
  ];
  for (const c of forms) {
    it(c.label, () => {
      const result = interpolate({ key: c.text }, sources(env));
      expect(result.faults).to.deep.equal([]);
      expect(result.value).to.deep.equal({ key: c.value });
      expect(result.interpolations).to.deep.equal([{ path: ['key'], text: c.value, secrets: c.secrets }]);
    });
  }

  it('reads a secret file beside the config, without the line end that editors put there', () => {
    folder.write('secrets/password', 'rahasia\n');
    const result = interpolate([`\${file:secrets/password}`], sources());
    expect(result.value).to.deep.equal(['rahasia']);
    expect(result.interpolations[0]?.secrets).to.deep.equal(['rahasia']);
  });

  const faulty: ReadonlyArray<{ label: string; text: string; message: RegExp }> = [
    {
      label: 'a variable that is not set',
      text: `\${NONE}`,
      message: /^the environment variable NONE is not set$/,
    },
    { label: 'an empty variable', text: `\${EMPTY}`, message: /^the environment variable EMPTY is empty$/ },
    { label: 'an unclosed reference', text: `\${NAME`, message: /without its `}`; expected / },
    { label: 'no name', text: `\${}`, message: /cannot be read; expected / },
    { label: 'a name with a dash', text: `\${MY-NAME}`, message: /cannot be read; expected / },
    {
      label: 'a missing file',
      text: `\${file:nowhere}`,
      message: /nowhere cannot be read: there is no such file$/,
    },
    { label: 'a folder for a file', text: `\${file:.}`, message: /cannot be read: it is a folder$/ },
  ];
  for (const c of faulty) {
    it(c.label, () => {
      const result = interpolate({ deep: [c.text] }, sources(env));
      expect(result.value).to.deep.equal({ deep: [c.text] });
      expect(result.interpolations).to.deep.equal([]);
      expect(result.faults).to.have.lengthOf(1);
      expect(result.faults[0]?.path).to.deep.equal(['deep', 0]);
      expect(result.faults[0]?.message).to.match(c.message);
    });
  }

  it('tells all faults of one text', () => {
    const { faults } = interpolate([`\${A}\${B}`], sources());
    expect(faults.map(({ message }) => message)).to.deep.equal([
      'the environment variable A is not set',
      'the environment variable B is not set',
    ]);
  });

  it('leaves every tree without references as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(!JSON.stringify(value).includes('${'));
        expect(interpolate(value, sources()).value).to.deep.equal(value);
      }),
    );
  });

  it('never throws, and replaces or faults', () => {
    const pieces = fc.constantFrom('$', '{', '}', 'NAME', ':-', 'file:', 'x', ' ', '\n');
    fc.assert(
      fc.property(fc.array(pieces), (parts) => {
        const { value, faults } = interpolate([parts.join('')], sources(env));
        expect(value).to.have.lengthOf(1);
        expect(faults).to.be.an('array');
      }),
    );
  });
});

describe('readAsYaml', () => {
  const cases: ReadonlyArray<{ text: string; value: unknown }> = [
    { text: '2775', value: 2775 },
    { text: '-1.5', value: -1.5 },
    { text: 'true', value: true },
    { text: 'false', value: false },
    { text: '', value: null },
    { text: 'yes', value: undefined },
    { text: '1e3', value: undefined },
    { text: ' 1', value: undefined },
    { text: '0x10', value: undefined },
  ];
  for (const c of cases) it(JSON.stringify(c.text), () => expect(readAsYaml(c.text)).to.equal(c.value));
});
