import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { windowBytes } from './flow.ts';
import { Link } from './link.ts';
import { clientOf, peerOf, startTarget, type Peer, type Target } from './testing/peer.ts';

const host = '127.0.0.1';
let target: Target;
let link: Link;
beforeEach(async () => {
  target = await startTarget();
  link = await Link.open({ name: 'db', port: 0, to: { host, port: target.port } }, host, 1);
});
afterEach(async () => {
  await link[Symbol.asyncDispose]();
  await target[Symbol.asyncDispose]();
});

/** A client that is connected to the target through the link. */
async function connected(): Promise<{ client: Peer; server: Peer }> {
  const client = clientOf(link.port);
  const server = peerOf(await target.next());
  server.socket.resume();
  return { client, server };
}

/** Says a word in both directions and waits until it has come: a clock that is made of sockets. */
async function say(client: Peer, server: Peer, word: string): Promise<void> {
  const lengths = { client: client.heard.text.length, server: server.heard.text.length };
  client.socket.write(word);
  await server.text(lengths.server + word.length);
  server.socket.write(word);
  await client.text(lengths.client + word.length);
}

/** Says a word that takes half a second, and waits until it is under way. */
async function underWay(client: Peer, word: string): Promise<void> {
  link.set({ latencyMs: 500, jitterMs: 0 });
  client.socket.write(word);
  await vi.waitFor(() => expect(link.state.waitingBytes).toBe(word.length), { interval: 1 });
}

describe('a link', () => {
  it('hands on what is said in both directions, and counts it', async () => {
    const { client, server } = await connected();
    client.socket.write('select 1');
    expect(await server.text(8)).toBe('select 1');
    server.socket.write('one');
    expect(await client.text(3)).toBe('one');
    expect(link.state).toEqual({
      cut: 'none',
      latencyMs: 0,
      jitterMs: 0,
      connections: 1,
      broken: 0,
      bytesThere: 8,
      bytesBack: 3,
      waitingBytes: 0,
    });
  });

  it('hands on an end, and what the other side says after it', async () => {
    const { client, server } = await connected();
    client.socket.end('that is all');
    await server.ended;
    expect(server.heard.text).toBe('that is all');
    server.socket.write('thank ');
    await client.text(6);
    server.socket.end('you');
    await client.ended;
    expect(client.heard.text).toBe('thank you');
    expect([await client.closed, await server.closed]).toEqual([undefined, undefined]);
    await vi.waitFor(() => expect(link.state).toMatchObject({ connections: 0, broken: 0 }), 20_000);
  });

  it('an end does not overtake what is under way', async () => {
    link.set({ latencyMs: 5, jitterMs: 30, bytesPerSecond: 1_000_000 });
    const { client, server } = await connected();
    client.socket.end('x'.repeat(50_000));
    await server.ended;
    expect(server.heard.text.length).toBe(50_000);
  });

  it('resets one side where the other is reset', async () => {
    const one = await connected();
    one.server.socket.resetAndDestroy();
    expect(await one.client.closed).toBe('ECONNRESET');
    const other = await connected();
    other.client.socket.resetAndDestroy();
    expect(await other.server.closed).toBe('ECONNRESET');
    expect(link.state).toMatchObject({ connections: 0, broken: 2 });
  });

  it('resets a client whose target is not there, and says why', async () => {
    await target[Symbol.asyncDispose]();
    expect(await clientOf(link.port).closed).toBe('ECONNRESET');
    expect(link.state).toMatchObject({ connections: 0, broken: 1 });
    expect(link.state.lastProblem).toContain('ECONNREFUSED');
    target = await startTarget();
  });

  it('reads no more than a window ahead of who does not read', async () => {
    const megabytes = 64;
    const block = Buffer.alloc(1 << 20, 'abcdefghi');
    const client = clientOf(link.port);
    const socket = await target.next(); // paused
    for (let i = 0; i < megabytes; i++) client.socket.write(block);
    await vi.waitFor(() => expect(link.state.waitingBytes).toBeGreaterThanOrEqual(windowBytes), 20_000);
    for (let look = 0; look < 20; look++) {
      await pause(5);
      expect(link.state.waitingBytes).toBeLessThan(windowBytes + 4 * 65_536); // the chunks that are in streams
    }

    const [sent, received] = [createHash('sha256'), createHash('sha256')];
    for (let i = 0; i < megabytes; i++) sent.update(block);
    client.socket.end();
    socket.on('data', (chunk: Buffer) => received.update(chunk)).resume();
    await once(socket, 'end');
    expect(received.digest('hex')).toBe(sent.digest('hex'));
    expect(link.state).toMatchObject({ bytesThere: megabytes << 20, waitingBytes: 0 });
  });
});

describe('a slow link', () => {
  it('lets nothing come before its latency, a handshake included', async () => {
    link.set({ latencyMs: 20, jitterMs: 0 });
    const beganMs = performance.now();
    const { client, server } = await connected();
    expect(performance.now() - beganMs).toBeGreaterThanOrEqual(40);
    const openMs = performance.now();
    await say(client, server, 'ping');
    expect(performance.now() - openMs).toBeGreaterThanOrEqual(40);
  });

  it('has many chunks under way at once', async () => {
    const { client, server } = await connected();
    link.set({ latencyMs: 600_000, jitterMs: 0 });
    for (let i = 0; i < 5; i++) {
      client.socket.write('x');
      await vi.waitFor(() => expect(link.state.waitingBytes).toBe(i + 1), 20_000);
    }
    expect(server.heard.text).toBe('');
  });

  it('keeps the order of all bytes under jitter', async () => {
    link.set({ latencyMs: 0, jitterMs: 20 });
    const { client, server } = await connected();
    const lines = Array.from({ length: 300 }, (_, index) => `line ${index}\n`);
    for (const line of lines) {
      client.socket.write(line);
      await turn();
    }
    const said = lines.join('');
    expect(await server.text(said.length)).toBe(said);
    expect(server.heard.chunks).toBeGreaterThan(1);
  });

  it('lets no more through than its rate, of all connections together', async () => {
    const [one, other] = [await connected(), await connected()];
    link.set({ latencyMs: 0, jitterMs: 0, bytesPerSecond: 100_000 });
    const beganMs = performance.now();
    one.client.socket.write('1'.repeat(15_000));
    other.client.socket.write('2'.repeat(15_000));
    await Promise.all([one.server.text(15_000), other.server.text(15_000)]);
    expect(performance.now() - beganMs).toBeGreaterThanOrEqual(290); // 300 without the depth of the bucket
    expect([one.server.heard.text, other.server.heard.text]).toEqual(['1'.repeat(15_000), '2'.repeat(15_000)]);
  });

  it('lets go at once of what waits for its rate when that is lifted', async () => {
    const { client, server } = await connected();
    link.set({ latencyMs: 0, jitterMs: 0, bytesPerSecond: 1 });
    client.socket.write('x'.repeat(100_000)); // more than a day
    await server.text(1);
    link.set({ latencyMs: 0, jitterMs: 0 });
    expect(await server.text(100_000)).toBe('x'.repeat(100_000));
  });
});

describe('a link that is cut by a reset', () => {
  it('resets both sides of every connection', async () => {
    const { client, server } = await connected();
    link.cut('reset');
    expect([await client.closed, await server.closed]).toEqual(['ECONNRESET', 'ECONNRESET']);
    expect(link.state).toMatchObject({ cut: 'reset', connections: 0, broken: 0 });
  });

  it('resets new connections until it is healed', async () => {
    link.cut('reset');
    expect(await clientOf(link.port).closed).toBe('ECONNRESET');
    expect(target.count).toBe(0);
    link.heal();
    const { client, server } = await connected();
    await say(client, server, 'here again');
  });

  it('drops what a silent one has kept', async () => {
    const { client, server } = await connected();
    await say(client, server, 'before');
    await underWay(client, 'during');
    link.cut('silent');
    await pause(550);
    link.cut('reset');
    expect(await server.closed).toBe('ECONNRESET');
    expect(link.state.bytesThere).toBe('before'.length);
  });
});

describe('a link that is cut silently', () => {
  /** What would pass has passed once another link has carried a hundred words to and fro. */
  async function settled(): Promise<void> {
    await using other = await Link.open({ name: 'other', port: 0, to: { host, port: target.port } }, host, 1);
    const client = clientOf(other.port);
    const server = peerOf(await target.next());
    server.socket.resume();
    for (let i = 0; i < 100; i++) await say(client, server, 'tick');
  }

  it('passes nothing in either direction, and all that waited once it is healed', async () => {
    const { client, server } = await connected();
    await say(client, server, 'a');
    link.cut('silent');
    client.socket.write('b');
    server.socket.write('c');
    client.socket.end('d');
    await settled();
    expect(link.state).toMatchObject({ cut: 'silent', connections: 1, bytesThere: 1, bytesBack: 1 });
    expect([server.heard.text, client.heard.text]).toEqual(['a', 'a']);
    link.heal();
    await server.ended;
    expect(server.heard.text).toBe('abd');
    expect(await client.text(2)).toBe('ac');
  });

  it('keeps what is under way', async () => {
    const { client, server } = await connected();
    await underWay(client, 'word');
    link.cut('silent');
    await pause(550);
    expect(link.state).toMatchObject({ bytesThere: 0, waitingBytes: 4 });
    link.heal();
    expect(await server.text(4)).toBe('word');
  });

  it('connects new clients once it is healed', async () => {
    link.cut('silent');
    const client = clientOf(link.port);
    await once(client.socket, 'connect');
    client.socket.write('hello');
    await settled();
    expect(target.count).toBe(1); // the other link's
    link.heal();
    const server = peerOf(await target.next());
    server.socket.resume();
    expect(await server.text(5)).toBe('hello');
  });

  it('does not tell one side that the other has broken, until it is healed', async () => {
    link.set({ latencyMs: 0, jitterMs: 0, bytesPerSecond: 100 });
    const { client, server } = await connected();
    client.socket.write('bytes that are under way when the link is cut');
    await server.text(1);
    link.cut('silent');
    server.socket.resetAndDestroy();
    await settled();
    expect(client.socket.destroyed).toBe(false);
    link.heal();
    expect(await client.closed).toBe('ECONNRESET');
  });

  it('keeps its shape', () => {
    link.set({ latencyMs: 30, jitterMs: 3 });
    link.cut('silent');
    expect(link.state).toMatchObject({ cut: 'silent', latencyMs: 30, jitterMs: 3 });
    link.heal();
    expect(link.state).toMatchObject({ cut: 'none', latencyMs: 30, jitterMs: 3 });
  });
});
