import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { expect } from 'chai';
import { configurationReference } from '../../scripts/generate/configuration.js';
import { adapters } from '../../src/compose.js';
import { configFile, packagedFile } from '../../src/config/env.js';
import { loadConfig } from '../../src/config/load.js';

const example = packagedFile('config', 'example.production.yaml');

/** `NAME=value` lines; a value that is left empty for the operator is filled in. */
function exampleEnvironment(): Record<string, string> {
  const lines = readFileSync(packagedFile('.env.example'), 'utf8').matchAll(/^([A-Z_]+)=(.*)$/gm);
  return Object.fromEntries(Array.from(lines, ([, name = '', value]) => [name, value || filledIn(name)]));
}

/** What an operator would put: a signing secret has a form of its own. */
function filledIn(name: string): string {
  return name === 'TRACKER_WEBHOOK_SECRET' ? `whsec_${Buffer.alloc(32, 7).toString('base64')}` : 'filled-in';
}

describe('the packaged files', () => {
  it('config/default.yaml has no faults and needs no environment', () => {
    const loaded = loadConfig({ file: packagedFile('config', 'default.yaml'), env: {}, adapters });
    expect(loaded.ok ? [] : loaded.faults).to.deep.equal([]);
    if (!loaded.ok) return;
    const { server, simulators, channels, tracker } = loaded.config;
    expect([...channels.keys()]).to.deep.equal(['telkomsel', 'indosat', 'three', 'twitter']);
    expect(tracker.adapter.name).to.equal('embedded');
    expect(server).to.include({ host: '127.0.0.1', port: 1708 });
    expect(simulators?.smsc?.controlPort).to.equal(17_080);
  });

  it('config/default.yaml gives its channels what the simulated telcos ask for', () => {
    const loaded = loadConfig({ file: packagedFile('config', 'default.yaml'), env: {}, adapters });
    if (!loaded.ok) throw new Error('faulty');
    const { channels, simulators } = loaded.config;
    for (const [name, telco] of Object.entries(simulators?.smsc?.telcos ?? {})) {
      expect(channels.get(name)?.config, name).to.deep.include({ hosts: ['127.0.0.1'], ...telco });
    }
  });

  it('config/default.yaml sends its account to the simulated X', () => {
    const loaded = loadConfig({ file: packagedFile('config', 'default.yaml'), env: {}, adapters });
    if (!loaded.ok) throw new Error('faulty');
    const { x } = loaded.config.simulators ?? {};
    expect(loaded.config.channels.get('twitter')?.config).to.include({
      apiUrl: `http://127.0.0.1:${x?.port}`,
      handle: x?.handle,
    });
  });

  it('config/example.production.yaml has no faults once the environment is there', () => {
    const loaded = loadConfig({ file: example, env: exampleEnvironment(), adapters });
    expect(loaded.ok ? [] : loaded.faults).to.deep.equal([]);
  });

  it('.env.example names the variables of the example, all and no other', () => {
    const yaml = readFileSync(example, 'utf8').replaceAll(/#.*$/gm, '');
    const used = new Set(Array.from(yaml.matchAll(/\$\{([A-Z_]+)/g), ([, name]) => name));
    expect(Object.keys(exampleEnvironment())).to.have.members(['GATEWAY_CONFIG', ...used]);
  });

  it('docs/configuration.md is what scripts/generate/configuration.ts writes', () => {
    const committed = readFileSync(packagedFile('docs', 'configuration.md'), 'utf8');
    expect(committed).to.equal(configurationReference());
  });
});

describe('configFile', () => {
  const env = { GATEWAY_CONFIG: '/etc/gateway.yaml' };
  const cases = [
    { label: '--config wins', option: 'mine.yaml', env, file: 'mine.yaml' },
    { label: 'then GATEWAY_CONFIG', option: undefined, env, file: '/etc/gateway.yaml' },
    { label: 'then the packaged one', option: undefined, env: {}, file: packagedFile('config', 'default.yaml') },
    {
      label: 'an empty GATEWAY_CONFIG is none',
      option: undefined,
      env: { GATEWAY_CONFIG: '' },
      file: packagedFile('config', 'default.yaml'),
    },
  ];
  for (const c of cases) it(c.label, () => expect(configFile(c.option, c.env)).to.equal(c.file));

  it('the packaged one is found from any working directory', () => {
    expect(isAbsolute(configFile(undefined, {}))).to.equal(true);
  });
});
