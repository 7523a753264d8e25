import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse, parseAllDocuments } from 'yaml';
import { adapters } from '../../src/compose.js';
import { packagedFile } from '../../src/config/env.js';
import { loadConfig } from '../../src/config/load.js';

const text = (...names: string[]): string => readFileSync(packagedFile(...names), 'utf8');

/** What compose and Kubernetes give the gateway beside `.env`. */
const env = {
  ...Object.fromEntries(
    [...text('.env.example').matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value === '' ? 'x' : value]),
  ),
  GATEWAY_DB_URL: 'postgres://lapor:rahasia@database/lapor',
  TRACKER_WEBHOOK_SECRET: `whsec_${Buffer.alloc(24, 1).toString('base64')}`,
};

interface Service {
  readonly build?: string;
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { condition: string }>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly healthcheck?: object;
}

describe('what deploys the gateway', () => {
  it('has a config for nodes without faults, on PostgreSQL', () => {
    const loaded = loadConfig({ file: packagedFile('deploy', 'gateway.yaml'), env, adapters });
    expect(loaded.ok ? [] : loaded.faults).to.deep.equal([]);
    expect(loaded.ok && loaded.config.store.url).to.equal(env.GATEWAY_DB_URL);
    expect(loaded.ok && loaded.config.secrets).to.include('rahasia');
  });

  it('has a compose file of two equal nodes that wait for a healthy database', () => {
    const { services } = parse(text('compose.yaml'), { merge: true }) as { services: Record<string, Service> };
    const nodes = ['node-1', 'node-2'].map((name) => services[name]);
    for (const node of nodes) {
      expect(node?.depends_on).to.deep.equal({ database: { condition: 'service_healthy' } });
      const [mounted = ''] = node?.volumes ?? [];
      const [here = '', there = ''] = mounted.split(':');
      expect(existsSync(packagedFile(here)), here).to.equal(true);
      expect(node?.environment.GATEWAY_CONFIG).to.equal(there);
    }
    expect(services.database?.healthcheck).to.be.an('object');
  });

  it('has a Dockerfile that runs as no root and looks after its health', () => {
    const dockerfile = text('Dockerfile');
    expect(dockerfile)
      .to.match(/^USER node$/m)
      .and.match(/^HEALTHCHECK /m)
      .and.include('/healthz');
    const last = dockerfile.slice(dockerfile.lastIndexOf('FROM '));
    for (const [, folder = ''] of last.matchAll(/^COPY --from=build \S+ \/app\/(\S+)/gm)) {
      expect(['package.json', 'node_modules', 'dist', 'config']).to.include(folder);
    }
  });

  it('has Kubernetes objects whose probes are paths of the gateway', () => {
    const objects = parseAllDocuments(text('deploy', 'kubernetes.yaml')).map((one) => one.toJS() as { kind: string });
    expect(objects.map(({ kind }) => kind)).to.deep.equal(['Deployment', 'Service', 'PodDisruptionBudget']);
    const paths = [...text('deploy', 'kubernetes.yaml').matchAll(/path: (\/\w+),/g)].map(([, path]) => path);
    expect(paths).to.deep.equal(['/healthz', '/readyz']);
  });

  it('has a unit that checks the config first and gives a stop more time than the gateway takes', () => {
    const unit = text('deploy', 'lapor-gateway.service');
    expect(unit).to.match(/^ExecStartPre=.* check --config/m);
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1])).to.be.greaterThan(20);
  });
});
