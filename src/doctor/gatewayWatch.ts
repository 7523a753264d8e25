import * as z from 'zod';

/** What a gateway that runs on this config says of one channel, if one runs. */
export type GatewayView =
  | { readonly kind: 'none' }
  /** Something else answers there. */
  | { readonly kind: 'other_server' }
  /** Takes connections and does not answer: it may hold its links all the same. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'unknown_channel' }
  | { readonly kind: 'running'; readonly holdsLinks: boolean; readonly says: string };

const answerLimitMs = 3_000;

const readinessSchema = z.object({
  ready: z.boolean(),
  checks: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string().optional() })),
});

export function readinessUrl({ host, port }: { readonly host: string; readonly port: number }): string {
  const reachable = wildcards[host] ?? host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}/readyz`;
}

const wildcards: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Looks at /readyz, which answers 200 or 503 with the state of every channel. Never rejects. */
export async function watchGateway(url: string, channel: string): Promise<GatewayView> {
  let body: unknown;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(answerLimitMs) });
    body = await response.json();
  } catch (error) {
    if (error instanceof SyntaxError) return { kind: 'other_server' };
    return { kind: error instanceof Error && error.name === 'TimeoutError' ? 'silent' : 'none' };
  }
  const readiness = readinessSchema.safeParse(body);
  if (!readiness.success) return { kind: 'other_server' };
  const check = readiness.data.checks[`channels.${channel}`];
  if (check === undefined) return { kind: 'unknown_channel' };
  return { kind: 'running', holdsLinks: check.ok, says: check.detail ?? '' };
}
