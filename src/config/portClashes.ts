import type { ConfigFault } from '../ports/config.js';
import type { GatewaySections } from './schema.js';

interface PortUse {
  readonly path: readonly string[];
  readonly port: number;
}

/** Two listeners on one port: better told here than by the second one's failure to start. */
export function portClashes(sections: GatewaySections): ConfigFault[] {
  const firstUse = new Map<number, PortUse>();
  const faults: ConfigFault[] = [];
  for (const use of listeningPorts(sections)) {
    if (use.port === 0) continue;
    const first = firstUse.get(use.port);
    if (first === undefined) firstUse.set(use.port, use);
    else faults.push({ path: use.path, message: `port ${use.port} is taken by \`${first.path.join('.')}\`` });
  }
  return faults;
}

function listeningPorts({ server, simulators }: GatewaySections): PortUse[] {
  const { smsc, x } = simulators ?? {};
  return [
    { path: ['server', 'port'], port: server.port },
    ...(smsc === undefined ? [] : [{ path: ['simulators', 'smsc', 'controlPort'], port: smsc.controlPort }]),
    ...Object.entries(smsc?.telcos ?? {}).map(([name, telco]) => ({
      path: ['simulators', 'smsc', 'telcos', name, 'port'],
      port: telco.port,
    })),
    ...(x === undefined
      ? []
      : (['port', 'controlPort'] as const).map((key) => ({ path: ['simulators', 'x', key], port: x[key] }))),
  ];
}
