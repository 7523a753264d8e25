import nock from 'nock';
import { stopPostgres } from './fakes/postgresServer.js';

/** A test that reaches for a host beyond this machine is broken: it fails here instead of waiting on a network. */
nock.disableNetConnect();
nock.enableNetConnect(/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/);

/** What tests share is given back when the last is over. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    await stopPostgres();
  },
};
