import { performance } from 'node:perf_hooks';
import type { ConfiguredChannel } from '../config/adapterBlocks.js';
import type { DiagnosisRequest, Facts, Stage } from '../ports/diagnosis.js';
import { type GatewayView, readinessUrl, watchGateway } from './gatewayWatch.js';

export interface Examination extends Omit<DiagnosisRequest, 'links'> {
  /** Binds even where a running gateway may lose its links by it. */
  readonly forceBind: boolean;
}

/**
 * Tests one channel: first whether a gateway runs and holds its links, then, as far as that allows, the channel itself.
 *
 * @returns null where the adapter has no live test
 */
export function examine(
  id: string,
  { adapter, config }: ConfiguredChannel,
  server: { readonly host: string; readonly port: number },
  examination: Examination,
): AsyncIterable<Stage> | null {
  if (adapter.diagnose === undefined) return null;
  const diagnose = (request: DiagnosisRequest) => adapter.diagnose?.(config, request) ?? [];
  return stagesOf(id, server, examination, diagnose);
}

async function* stagesOf(
  id: string,
  server: { readonly host: string; readonly port: number },
  { forceBind, ...request }: Examination,
  diagnose: (request: DiagnosisRequest) => AsyncIterable<Stage> | Iterable<Stage>,
): AsyncGenerator<Stage> {
  const target = readinessUrl(server);
  const startedMs = performance.now();
  // With port 0 a running gateway took any free one, which this config does not tell.
  const view: GatewayView = server.port === 0 ? { kind: 'none' } : await watchGateway(target, id);
  yield gatewayStage(view, target, Math.round(performance.now() - startedMs));
  const held = view.kind === 'silent' || (view.kind === 'running' && view.holdsLinks);
  yield* diagnose({ ...request, links: held && !forceBind ? 'spare' : 'all' });
}

function gatewayStage(view: GatewayView, target: string, elapsedMs: number): Stage {
  const facts: Facts = view.kind === 'running' ? { says: view.says } : {};
  const isRunning = view.kind === 'running';
  return {
    name: 'gateway',
    target,
    result: isRunning ? 'passed' : 'skipped',
    elapsedMs,
    facts,
    reason: isRunning ? null : `gateway.${view.kind}`,
    meaning: null,
  };
}
