import { once } from 'node:events';
import type { RequestListener, ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import { ListenError, startHttpServer } from '../../src/http/server.js';

const host = '127.0.0.1';

/** A handler that holds each request until the test answers it. */
function holding(): { app: RequestListener; held: Promise<ServerResponse> } {
  let hold: (response: ServerResponse) => void;
  const held = new Promise<ServerResponse>((resolve) => {
    hold = resolve;
  });
  return { app: (_request, response) => hold(response), held };
}

async function ask(port: number, path = '/'): Promise<Socket> {
  const socket = connect(port, host);
  await once(socket, 'connect');
  socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`);
  return socket;
}

async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'close');
  return Buffer.concat(chunks).toString('latin1');
}

describe('http server', () => {
  it('says which port it got', async () => {
    const server = await startHttpServer((_request, response) => response.end('ok'), { host, port: 0 });
    expect(server.port).to.be.greaterThan(0);
    const socket = await ask(server.port);
    const answer = readAll(socket);
    await once(socket, 'data');
    // The connection is kept alive and idle; closing must not wait for it.
    await server.close();
    expect(await answer).to.include('200 OK');
  });

  it('lets a request under way finish, and closes its connection after', async () => {
    const { app, held } = holding();
    const server = await startHttpServer(app, { host, port: 0, drainMs: 10_000 });
    const answer = readAll(await ask(server.port));
    const response = await held;
    const closed = server.close();
    response.end('whole');
    await closed;
    expect(await answer).to.include('whole');
  });

  it('cuts what is not done within the limit', async () => {
    const { app, held } = holding();
    const server = await startHttpServer(app, { host, port: 0, drainMs: 50 });
    const answer = readAll(await ask(server.port));
    await held;
    await server.close();
    expect(await answer).to.equal('');
  });

  it('closes once, however often it is told', async () => {
    const server = await startHttpServer((_request, response) => response.end(), { host, port: 0 });
    await Promise.all([server.close(), server.close()]);
    await server.close();
  });

  it('says who may hold a port that is in use, and what to do', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, host, resolve));
    const { port } = other.address() as AddressInfo;
    const fault = await startHttpServer(() => {}, { host, port }).catch((error: unknown) => error);
    await new Promise((resolve) => other.close(resolve));
    expect(fault).to.be.instanceOf(ListenError);
    expect(String(fault)).to.include(`127.0.0.1:${port} is in use`).and.include('ss -ltnp').and.include('server.port');
  });

  it('says that a host is not of this machine', async () => {
    // TEST-NET-3 (RFC 5737): no machine has it.
    const fault = await startHttpServer(() => {}, { host: '203.0.113.1', port: 0 }).catch((error: unknown) => error);
    expect(String(fault)).to.include('server.host');
  });

  it('closes the idlest connection when there are too many, and never one with a request under way', async () => {
    const { app, held } = holding();
    const server = await startHttpServer(
      (request, response) => {
        if (request.url === '/slow') app(request, response);
        else response.end('quick');
      },
      { host, port: 0, connectionsMax: 3 },
    );
    const slow = await ask(server.port, '/slow');
    const slowAnswer = readAll(slow);
    const response = await held;
    const idlers: Socket[] = [];
    for (const path of ['/first', '/second']) {
      const idler = await ask(server.port, path);
      await once(idler, 'data');
      idlers.push(idler);
    }
    const [first, second] = idlers;
    const firstIsClosed = once(first as Socket, 'close');
    // One that never says a word counts as well.
    const silent = connect(server.port, host);
    await firstIsClosed;
    expect(second?.destroyed).to.equal(false);

    const secondIsClosed = once(second as Socket, 'close');
    const late = await ask(server.port, '/late');
    const [answer] = await once(late, 'data');
    expect(String(answer)).to.include('quick');
    await secondIsClosed;

    response.end('slow but whole');
    silent.destroy();
    await server.close();
    expect(await slowAnswer).to.include('slow but whole');
  });

  const dribbles = [
    { label: 'headers', begun: 'POST / HTTP/1.1\r\nhost: x\r\n' },
    { label: 'body', begun: 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nabc' },
  ];
  for (const { label, begun } of dribbles) {
    it(`cuts off who dribbles the ${label}, with 408`, async () => {
      const { app } = holding();
      const server = await startHttpServer(app, { host, port: 0, requestTimeoutMs: 40, checkEveryMs: 20, drainMs: 50 });
      const socket = connect(server.port, host);
      await once(socket, 'connect');
      socket.write(begun);
      expect(await readAll(socket)).to.match(/^HTTP\/1\.1 408 /);
      await server.close();
    });
  }

  it('takes a new one where a crowd idles', async () => {
    const server = await startHttpServer((_request, response) => response.end('ok'), {
      host,
      port: 0,
      connectionsMax: 20,
    });
    const crowd: Socket[] = [];
    for (let number = 0; number < 100; number += 1) {
      const socket = connect(server.port, host).on('error', () => {});
      crowd.push(socket);
      await once(socket, 'connect');
    }
    const [answer] = await once(await ask(server.port), 'data');
    expect(String(answer)).to.include('200 OK');
    for (const socket of crowd) socket.destroy();
    await server.close();
  });
});
