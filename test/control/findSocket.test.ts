import { expect } from 'chai';
import { findControlSocket } from '../../src/control/findSocket.js';
import { tempFolder } from '../config/tempFolder.js';

const cases: readonly { label: string; yaml: string; env?: Record<string, string>; file?: string; fault?: RegExp }[] = [
  { label: 'beside the store', yaml: 'store: { url: "sqlite:/var/lib/g.db" }', file: '/var/lib/g.db.control' },
  { label: 'by default', yaml: 'tracker: { adapter: embedded }', file: 'data/gateway.db.control' },
  { label: 'in an empty file', yaml: '', file: 'data/gateway.db.control' },
  {
    label: 'though the rest is faulty and its secrets are not here',
    yaml: `store: { url: "sqlite:g.db" }\nchannels: { a: { password: "\${NOT_HERE}", windw: 3 } }`,
    file: 'g.db.control',
  },
  {
    label: 'where the environment says',
    yaml: `store: { url: "sqlite:\${DIR}/g.db" }`,
    env: { DIR: '/srv' },
    file: '/srv/g.db.control',
  },
  { label: 'nowhere, if the environment does not say', yaml: `store: { url: "\${STORE}" }`, fault: /STORE is not set/ },
  { label: 'nowhere, if it is no store', yaml: 'store: { url: "mysql:x" }', fault: /this is no store/ },
  { label: 'nowhere, if it is no YAML', yaml: 'store: {', fault: /./ },
];

describe('where the running gateway is found', () => {
  const folder = tempFolder();

  for (const { label, yaml, env = {}, file, fault } of cases) {
    it(label, () => {
      const found = findControlSocket(folder.write('gateway.yaml', yaml), env);
      if (found.ok) expect(found.file).to.equal(file);
      else expect(found.faults[0]?.message).to.match(fault ?? /no fault was expected/);
    });
  }

  it('nowhere, if there is no file', () => {
    expect(findControlSocket(folder.path('none.yaml'), {}).ok).to.equal(false);
  });
});
