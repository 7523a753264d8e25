import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { packagedFile } from '../../src/config/env.js';
import { catalogue, type MetricEntry } from '../../src/telemetry/catalogue.js';

const file = (name: string) => packagedFile('docs', 'operations', name);

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly action: string };
}

/** As promtool names them. */
interface AlertCases {
  readonly tests: readonly {
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[];
  }[];
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string }[];
}

const entries: Readonly<Record<string, MetricEntry>> = catalogue;
/** Labels that Prometheus gives. */
const outerLabels = ['job', 'instance', 'le'];

/** A series selector with its matchers. */
const selector = /\b(lapor_\w+?)(_bucket|_sum|_count)?(?:\{([^}]*)\}|(?![\w{]))/g;

function faultsIn(expr: string): string[] {
  return [...expr.matchAll(selector)].flatMap(([, base = '', suffix = '', matchers = '']) => {
    const name = entries[base]?.type === 'histogram' ? base : `${base}${suffix}`;
    const entry = entries[name];
    if (entry === undefined) return [`${name} is no metric`];
    const labels = [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label);
    return labels.filter((label) => !entry.labels.includes(label)).map((label) => `${name} has no label ${label}`);
  });
}

/** Labels that an expression groups or joins by, or that its words quote. */
function groupedBy(text: string): string[] {
  const groups = [...text.matchAll(/\b(?:by|on|without|ignoring) \(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(/,\s*/),
  );
  return [...groups, ...[...text.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label)];
}

const knownLabels = new Set([...outerLabels, ...Object.values(entries).flatMap(({ labels }) => labels)]);

describe('what watches the gateway', () => {
  const groups = (parse(readFileSync(file('alerts.yaml'), 'utf8')) as { groups: { rules: Rule[] }[] }).groups;
  const rules = groups.flatMap((group) => group.rules);
  const alertCases = parse(readFileSync(file('alerts.test.yaml'), 'utf8')) as AlertCases;
  const dashboard = JSON.parse(readFileSync(file('grafana-dashboard.json'), 'utf8')) as { panels: Panel[] };

  it('sees a metric or label that is not there', () => {
    expect(faultsIn('lapor_gone > 0')).to.deep.equal(['lapor_gone is no metric']);
    expect(faultsIn('lapor_waiting{wat="x"}')).to.deep.equal(['lapor_waiting has no label wat']);
    expect(faultsIn('rate(lapor_submit_seconds_bucket{channel="a"}[5m])')).to.deep.equal([]);
  });

  describe('alerts.yaml', () => {
    for (const { alert, expr, labels, annotations, for: holds } of rules) {
      it(`${alert} stands on what /metrics shows, and says what to do`, () => {
        expect(faultsIn(expr)).to.deep.equal([]);
        const named = groupedBy(`${expr} ${annotations.summary} ${annotations.action}`);
        expect(named.filter((label) => !knownLabels.has(label))).to.deep.equal([]);
        expect(['page', 'ticket']).to.include(labels.severity);
        expect(annotations.action.length).to.be.greaterThan(10);
        expect(holds).to.match(/^\d+[mh]$/);
      });
    }

    it('has for each rule a case in which it must fire', () => {
      const cases = alertCases.tests.flatMap(({ alert_rule_test }) => alert_rule_test);
      const firing = cases.filter(({ exp_alerts }) => exp_alerts.length > 0).map(({ alertname }) => alertname);
      expect(rules.map(({ alert }) => alert).filter((alert) => !firing.includes(alert))).to.deep.equal([]);
    });

    it('watches links, queues, receipts, dead letters, the tracker and the store', () => {
      expect(rules.map(({ alert }) => alert)).to.include.members([
        'LaporChannelDown',
        'LaporRepliesStuck',
        'LaporReportsStuck',
        'LaporReceiptsMissing',
        'LaporDeadLettersGrowing',
        'LaporTrackerAway',
        'LaporStoreNotWritable',
      ]);
    });
  });

  describe('grafana-dashboard.json', () => {
    for (const { title, targets } of dashboard.panels) {
      it(`${title} stands on what /metrics shows`, () => {
        expect(targets.length).to.be.greaterThan(0);
        for (const { expr } of targets) {
          expect(faultsIn(expr), expr).to.deep.equal([]);
          expect(expr).to.match(/lapor_/);
          expect(groupedBy(expr).filter((label) => !knownLabels.has(label))).to.deep.equal([]);
        }
      });
    }

    it('shows all that is counted of telco links', () => {
      const shown = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join('\n');
      const ofLinks = Object.keys(entries).filter((name) =>
        /^lapor_(bind|links?|submits?|rate|receipts|enquire|malformed|odd|incomplete)_/.test(name),
      );
      expect(ofLinks).to.include.members(['lapor_rate_cuts_total', 'lapor_receipts_claimed_total']);
      expect(ofLinks.filter((name) => !shown.includes(name))).to.deep.equal([]);
    });

    it('has each panel once, and none over another', () => {
      const { panels } = dashboard;
      expect(new Set(panels.map(({ id }) => id)).size).to.equal(panels.length);
      const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`),
      );
      expect(new Set(cells).size).to.equal(cells.length);
    });
  });

  /** Debian has it in the package `prometheus`; scripts/peers/install.sh brings it to CI. */
  const promtool = spawnSync('promtool', ['--version']).error === undefined;
  const checks: readonly string[][] = [
    ['check', 'rules', file('alerts.yaml')],
    ['test', 'rules', file('alerts.test.yaml')],
  ];
  for (const [verb = '', ...args] of checks) {
    const left = promtool ? '' : ' (left out: promtool is not installed)';
    it(`promtool ${verb} rules${left}`, () => {
      if (!promtool) return;
      const { status, stdout, stderr } = spawnSync('promtool', [verb, ...args], { encoding: 'utf8' });
      expect(status, `${stdout}${stderr}`).to.equal(0);
    });
  }
});
