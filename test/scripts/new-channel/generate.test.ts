import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import ts from 'typescript';
import { generateChannel } from '../../../scripts/new-channel/generate.js';
import { packagedFile } from '../../../src/config/env.js';
import { tempFolder } from '../../config/tempFolder.js';

const templates = packagedFile('scripts', 'new-channel', 'template');

describe('npm run new:channel', () => {
  const folder = tempFolder();

  it('writes the channel, its cases and its failing conformance test, all of it TypeScript', () => {
    const files = generateChannel('line-id', folder.path(''), templates);
    expect(files).to.deep.equal([
      'adapters/channels/line-id/index.ts',
      'adapters/channels/line-id/config.ts',
      'adapters/channels/line-id/channel.ts',
      'adapters/channels/line-id/message.ts',
      'adapters/channels/line-id/README.md',
      'test/adapters/channels/line-id/message.test.ts',
      'test/adapters/channels/line-id/conformance.test.ts',
    ]);
    for (const file of files) {
      const text = readFileSync(folder.path(file), 'utf8');
      expect(text, file).to.not.match(/__\w+__/);
      if (!file.endsWith('.ts')) continue;
      const { diagnostics = [] } = ts.transpileModule(text, { reportDiagnostics: true });
      expect(diagnostics, file).to.deep.equal([]);
    }
  });

  it('names things as the project does', () => {
    const index = readFileSync(folder.path('adapters/channels/line-id/index.ts'), 'utf8');
    expect(index).to.include("name: 'line-id'").and.include('LineIdChannel').and.include('lineIdAdapter');
    const readme = readFileSync(folder.path('adapters/channels/line-id/README.md'), 'utf8');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the config's own way to read the environment
    expect(readme).to.include('${LINE_ID_TOKEN}');
  });

  it('overwrites nothing', () => {
    expect(() => generateChannel('line-id', folder.path(''), templates)).to.throw(
      /adapters\/channels\/line-id\/index\.ts, .*there already/,
    );
  });

  for (const name of ['Line', 'line_id', '../line', '1line', '']) {
    it(`takes no channel named "${name}"`, () => {
      expect(() => generateChannel(name, folder.path(''), templates)).to.throw('no name for a channel');
    });
  }
});
