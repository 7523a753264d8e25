import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse, parseAllDocuments } from 'yaml';
import { checkCommand } from '../../src/cli/check.js';
import { startCommand } from '../../src/cli/start.js';
import { adapters } from '../../src/compose.js';
import { packagedFile } from '../../src/config/env.js';
import { type GatewayConfig, loadConfig } from '../../src/config/load.js';
import { tempFolder } from '../config/tempFolder.js';

const text = (...names: string[]): string => readFileSync(packagedFile(...names), 'utf8');

const nodesConfig = text('deploy', 'gateway.yaml');
const compose = parse(text('compose.yaml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
};
const kubernetes = parseAllDocuments(text('deploy', 'kubernetes.yaml')).map((one) => one.toJS() as KubernetesObject);
const unit = text('deploy', 'lapor-gateway.service');
const dockerfile = text('Dockerfile');

interface Service {
  readonly volumes: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly healthcheck?: object;
  readonly stop_grace_period: string;
}

interface Container {
  readonly args: readonly string[];
  readonly lifecycle: { readonly preStop: { readonly exec: { readonly command: readonly [string, string] } } };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly securityContext: object;
}

interface Pod {
  readonly terminationGracePeriodSeconds: number;
  readonly securityContext: object;
  readonly containers: readonly [Container];
  readonly volumes: readonly { readonly name: string }[];
}

interface KubernetesObject {
  readonly kind: string;
  readonly spec: { readonly template: { readonly spec: Pod } };
}

/** The names of the secret files that the nodes' config reads. */
const secretNames = [...nodesConfig.matchAll(/\$\{file:\/run\/secrets\/([\w-]+)\}/g)].map(([, name = '']) => name);
const nodes = ['node-1', 'node-2'].map((name) => compose.services[name] as Service);
const [deployment] = kubernetes;
const pod = deployment?.spec.template.spec as Pod;

function mountPaths({ volumes }: Service): string[] {
  return volumes.map((volume) => volume.split(':')[1] ?? '');
}

describe('what deploys the gateway', () => {
  const folder = tempFolder();
  let config: GatewayConfig;

  /** As in a container: the secrets are where they are mounted, the environment has what `.env.example` names. */
  before(() => {
    for (const name of secretNames) {
      const secret =
        name === 'tracker-webhook-secret' ? `whsec_${Buffer.alloc(24, 1).toString('base64')}` : `of-${name}`;
      folder.write(name, `${secret}\n`);
    }
    const file = folder.write('gateway.yaml', nodesConfig.replaceAll('/run/secrets/', folder.path('/')));
    const example = [...text('.env.example').matchAll(/^(\w+)=(.*)$/gm)];
    const env = Object.fromEntries(example.map(([, name, value]) => [name, value === '' ? 'x' : value]));
    const loaded = loadConfig({ file, env, adapters });
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
    config = loaded.config;
  });

  it('has a config for nodes without faults, on PostgreSQL, with its secrets redacted', () => {
    expect(config.store.url).to.equal('postgres://lapor:of-database-password@database/lapor');
    for (const name of ['database-password', 'tracker-token', 'telkomsel-password']) {
      expect(config.secrets, name).to.include(`of-${name}`);
    }
    expect(nodesConfig).not.to.match(/\$\{\w*(TOKEN|SECRET|PASSWORD)/);
  });

  it('has a compose file of two equal nodes that wait for a healthy database', () => {
    for (const node of nodes) {
      expect(node.depends_on).to.deep.equal({ database: { condition: 'service_healthy' } });
      expect(node.volumes[0]).to.equal(`./deploy/gateway.yaml:${node.environment.GATEWAY_CONFIG}:ro`);
      expect(node.secrets).to.have.members(secretNames);
    }
    expect(Object.keys(compose.secrets)).to.have.members(secretNames);
    expect(compose.services.database?.healthcheck).to.be.an('object');
  });

  it('has Kubernetes objects whose probes, secrets and config are those of the gateway', () => {
    const kinds = ['Deployment', 'Service', 'PersistentVolumeClaim', 'PodDisruptionBudget'];
    expect(kubernetes.map(({ kind }) => kind)).to.deep.equal(kinds);
    const file = text('deploy', 'kubernetes.yaml');
    const probed = [...file.matchAll(/httpGet: \{ path: (\/\w+),/g)].map(([, path]) => path);
    expect(probed).to.deep.equal(['/healthz', '/healthz', '/readyz']);
    expect([...file.matchAll(/--from-file=([a-z-]+)(?= |$)/gm)].map(([, name]) => name)).to.have.members(secretNames);
    const [container] = pod.containers;
    expect(container.volumeMounts.map(({ name }) => name)).to.have.members(pod.volumes.map(({ name }) => name));
    expect(pod.securityContext).to.include({ runAsNonRoot: true });
    expect(container.securityContext).to.include({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
  });

  it('keeps attachments on a volume that all nodes have', () => {
    const directory = config.media.directory ?? '';
    for (const node of nodes) expect(mountPaths(node)).to.include(directory);
    expect(pod.containers[0].volumeMounts.map(({ mountPath }) => mountPath)).to.include(directory);
    expect(dockerfile).to.match(new RegExp(`install -d -o node .*${directory}`));
  });

  it('gives a stop more time than the gateway takes to drain', () => {
    const drainSeconds = config.drain.withinSeconds;
    for (const node of nodes) expect(Number.parseInt(node.stop_grace_period, 10)).to.be.greaterThan(drainSeconds);
    const [, preStopSeconds] = pod.containers[0].lifecycle.preStop.exec.command;
    expect(pod.terminationGracePeriodSeconds).to.be.greaterThan(drainSeconds + Number(preStopSeconds));
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1])).to.be.greaterThan(drainSeconds);
  });

  it('calls commands and options that there are', () => {
    const deps = { adapters, env: {}, print: () => {}, colour: false, setExitCode: () => {} };
    const commands = [startCommand(deps), checkCommand(deps)];
    const called = [...unit.matchAll(/^ExecStart(?:Pre)?=.*main\.js (.*)$/gm)].map(([, args = '']) => args.split(' '));
    for (const [name, option] of [...called, pod.containers[0].args]) {
      const command = commands.find((one) => one.name() === name);
      expect(
        command?.options.map(({ long }) => long),
        name,
      ).to.include(option);
    }
    expect(called.map(([name]) => name)).to.deep.equal(['check', 'start']);
  });

  it('has a Dockerfile that runs as no root and looks after its health', () => {
    expect(dockerfile)
      .to.match(/^USER node$/m)
      .and.match(/^HEALTHCHECK /m)
      .and.include('/healthz');
    const last = dockerfile.slice(dockerfile.lastIndexOf('FROM '));
    const copied = [...last.matchAll(/^COPY --from=build \S+ \/app\/(\S+)/gm)].map(([, name]) => name);
    expect(copied).to.have.members(['package.json', 'node_modules', 'dist', 'config']);
  });

  it('leaves secrets out of the image and of version control', () => {
    expect(text('.dockerignore'))
      .to.match(/^\.env$/m)
      .and.match(/^secrets$/m);
    expect(text('.gitignore')).to.match(/^\/secrets\/$/m);
    for (const { file } of Object.values(compose.secrets)) expect(file).to.match(/^\.\/secrets\//);
  });

  it('has a unit that runs confined and reads secrets that only it is given', () => {
    for (const line of ['NoNewPrivileges=yes', 'ProtectSystem=strict', 'StateDirectory=lapor-gateway', 'UMask=0077']) {
      expect(unit.split('\n')).to.include(line);
    }
    expect(unit).to.match(/^LoadCredential=secrets:\/etc\/lapor-gateway\/secrets$/m);
  });
});
