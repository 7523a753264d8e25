import { createServer } from 'node:net';
import { expect } from 'chai';
import { freePort } from '../../scripts/bench/freePort.js';
import { listen } from '../../scripts/simulators/http.js';
import { type Simulators, startSimulators } from '../../src/cli/simulatorProcesses.js';
import type { GatewayConfig } from '../../src/config/load.js';

/** All that `startSimulators` reads of a config. */
function withSimulators(simulators: GatewayConfig['simulators']): GatewayConfig {
  return { simulators } as GatewayConfig;
}

describe('the simulators that start runs', () => {
  let running: Simulators | null = null;

  afterEach(async () => {
    await running?.stop();
    running = null;
  });

  const isUp = (port: number): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );

  it('listen when it goes on, and are gone when it stops', async () => {
    const [x, xControl, smscControl, telco] = [await freePort(), await freePort(), await freePort(), await freePort()];
    running = await startSimulators(
      withSimulators({
        smsc: {
          controlPort: smscControl,
          telcos: { tri: { port: telco, systemId: 'a', password: 'b', address: '1708' } },
        },
        x: { port: x, controlPort: xControl, handle: 'lapor_uji' },
      }),
    );
    expect(await Promise.all([xControl, smscControl].map(isUp))).to.deep.equal([true, true]);
    const state = (await (await fetch(`http://127.0.0.1:${xControl}/state`)).json()) as {
      service: { username: string };
    };
    expect(state.service.username).to.equal('lapor_uji');
    await running.stop();
    expect(await Promise.all([xControl, smscControl].map(isUp))).to.deep.equal([false, false]);
  });

  it('are none where the config has none', async () => {
    running = await startSimulators(withSimulators(undefined));
  });

  it('leave nothing behind when one of them cannot start', async () => {
    const taken = createServer();
    const [port, smscControl, telco] = [await listen(taken, '127.0.0.1', 0), await freePort(), await freePort()];
    try {
      const failed = await startSimulators(
        withSimulators({
          smsc: {
            controlPort: smscControl,
            telcos: { tri: { port: telco, systemId: 'a', password: 'b', address: '1708' } },
          },
          x: { port, controlPort: await freePort(), handle: 'lapor1708' },
        }),
      ).catch((error: unknown) => error);
      expect(failed)
        .to.be.instanceOf(Error)
        .with.property('message')
        .that.match(/the simulated X ended with exit code 1.*simulators\.x/);
      expect(await isUp(smscControl)).to.equal(false);
    } finally {
      await new Promise((resolve) => taken.close(resolve));
    }
  });
});
