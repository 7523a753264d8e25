import { createServer, type RequestListener, type Server } from 'node:http';
import { expect } from 'chai';
import { closeHttp, listen } from '../../scripts/simulators/http.js';
import { readinessUrl, watchGateway } from '../../src/doctor/gatewayWatch.js';

describe('watchGateway', () => {
  let server: Server | null = null;

  afterEach(async () => {
    if (server !== null) await closeHttp(server);
    server = null;
  });

  async function watch(listener: RequestListener) {
    server = createServer(listener);
    const port = await listen(server, '127.0.0.1', 0);
    return watchGateway(readinessUrl({ host: '127.0.0.1', port }), 'telkomsel');
  }

  const ready = (checks: object, status = 200): RequestListener => {
    return (_, response) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ready: status === 200, checks }));
    };
  };

  it('tells a channel whose links are held', async () => {
    const view = await watch(ready({ 'channels.telkomsel': { ok: true, detail: 'up; transceiver 1 bound' } }));
    expect(view).to.deep.equal({ kind: 'running', holdsLinks: true, says: 'up; transceiver 1 bound' });
  });

  it('tells a channel that is down, of a gateway that is not ready', async () => {
    const view = await watch(ready({ 'channels.telkomsel': { ok: false, detail: 'down' } }, 503));
    expect(view).to.deep.equal({ kind: 'running', holdsLinks: false, says: 'down' });
  });

  it('tells a gateway without such a channel', async () => {
    expect(await watch(ready({ 'channels.three': { ok: true } }))).to.deep.equal({ kind: 'unknown_channel' });
  });

  const others: ReadonlyArray<{ label: string; listener: RequestListener; kind: string }> = [
    { label: 'a web page', listener: (_, response) => response.end('<html></html>'), kind: 'other_server' },
    { label: 'other JSON', listener: (_, response) => response.end('{"status":"ok"}'), kind: 'other_server' },
    { label: 'a server that hangs up', listener: (request) => request.socket.destroy(), kind: 'none' },
    { label: 'a server that does not answer', listener: () => undefined, kind: 'silent' },
  ];
  for (const c of others) {
    it(`tells ${c.label}`, async () => expect(await watch(c.listener)).to.deep.equal({ kind: c.kind }));
  }

  it('tells that nothing listens', async () => {
    const unused = createServer();
    const port = await listen(unused, '127.0.0.1', 0);
    await closeHttp(unused);
    expect(await watchGateway(readinessUrl({ host: '127.0.0.1', port }), 'telkomsel')).to.deep.equal({ kind: 'none' });
  });

  const urls = [
    { host: '0.0.0.0', url: 'http://127.0.0.1:1708/readyz' },
    { host: '::', url: 'http://[::1]:1708/readyz' },
    { host: 'gateway.example', url: 'http://gateway.example:1708/readyz' },
  ];
  for (const c of urls)
    it(`asks ${c.host} at ${c.url}`, () => expect(readinessUrl({ host: c.host, port: 1708 })).to.equal(c.url));
});
