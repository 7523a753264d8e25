import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from './rig.js';

/** Tests run with the repository as their working directory. */
const folder = 'adapters/channels/smpp';

describe('the README of the SMPP channel', () => {
  const readme = readFileSync(`${folder}/README.md`, 'utf8');
  const code = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(`${folder}/${name}`, 'utf8'))
    .join('\n');

  it('has every key of the config', () => {
    const keys = Object.keys(parse({ tls: { ca: 'a', cert: 'b', key: 'c', passphrase: 'd', serverName: 'e' } }));
    for (const key of keys) expect(readme, key).to.match(new RegExp(`\`${key}[.\`]`));
  });

  it('has every key of tls', () => {
    const tls = parse({ tls: { ca: 'a', cert: 'b', key: 'c', passphrase: 'd', serverName: 'e' } }).tls ?? {};
    for (const key of Object.keys(tls)) expect(readme, key).to.include(`  ${key}: `);
  });

  it('has every event that is counted, and no other', () => {
    const counted = [...code.matchAll(/meter\.count\('(\w+)'/g)].map(([, event]) => event ?? '');
    const section = readme.slice(readme.indexOf('## What it counts'), readme.indexOf('`health()` gives'));
    const told = [...section.matchAll(/^\| `(\w+)`/gm)].map(([, event]) => event ?? '');
    expect(told).to.have.members([...new Set(counted)]);
  });

  it('has every file', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
    for (const file of files) expect(readme, file).to.include(`\`${file}\``);
  });
});
