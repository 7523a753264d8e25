import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { serve } from '../worker.js';

/** An express route that reads the body, answers and keeps nothing: what no webhook server on express can exceed. */
export type BareExpressCommands = {
  listen(argument: null): Promise<number>;
};

serve<BareExpressCommands>({
  listen: async () => {
    const app = express();
    app.post('/webhooks/:channel', express.raw({ type: () => true }), (_request, response) => {
      response.setHeader('content-type', 'text/plain; charset=utf-8');
      response.end('000');
    });
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  },
});
