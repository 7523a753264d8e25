import type { Scenario } from '../bench.js';
import { gatewayAbsence } from '../gateway/gateway.js';
import { kannelAbsence } from '../kannel/kannel.js';
import type { ScenarioName } from '../options.js';
import { backlog } from './backlog.js';
import { codecLimit } from './codecLimit.js';
import { durableIntake, wholeWay } from './gateway.js';
import { throughKannel } from './kannel.js';
import { onPostgres } from './postgres.js';
import { understanding } from './understanding.js';
import { webhooks } from './webhooks.js';
import { xBursts } from './x.js';

export interface ListedScenario {
  readonly title: string;
  /** Why it cannot run here, or null. */
  readonly absence: () => string | null;
  /** Leaves the generator without links, ready for the next. */
  readonly run: Scenario;
}

export const scenarios: Readonly<Record<ScenarioName, ListedScenario>> = {
  a: { title: 'the codec alone: acknowledges and stores nothing', absence: () => null, run: codecLimit },
  b: { title: 'durable intake: acknowledged after the commit', absence: gatewayAbsence, run: durableIntake },
  c: { title: 'the whole way: stored, filed at the tracker, answered', absence: gatewayAbsence, run: wholeWay },
  d: { title: 'the same work through Kannel', absence: kannelAbsence, run: throughKannel },
  e: { title: 'durable intake with a backlog for a dead tracker', absence: gatewayAbsence, run: backlog },
  f: {
    title: 'webhooks: answered after the commit, beside a bare express route',
    absence: gatewayAbsence,
    run: webhooks,
  },
  g: {
    title: 'PostgreSQL: durable intake by one node and by two, the whole way',
    absence: gatewayAbsence,
    run: onPostgres,
  },
  h: { title: 'understanding texts on one thread', absence: () => null, run: understanding },
  x: { title: 'X: bursts of mentions, and what they cost', absence: gatewayAbsence, run: xBursts },
};
