import { expect, test } from 'vitest';
import type { LinkAct } from '../../model/acts.ts';
import { link } from '../../services/link.ts';
import { postgres } from '../../services/postgres/postgres.ts';
import type { Ask } from './answer.ts';
import { tellLink } from './link-acts.ts';

const service = link(postgres, postgres);
const slow: LinkAct = {
  kind: 'slow-link',
  name: 'slow',
  service: 'postgres-link',
  from: 'app',
  to: 'postgres',
  atMs: 0,
  latencyMs: 100,
  jitterMs: 0,
  lastsMs: undefined,
};

function tell(ask: Ask, signal = new AbortController().signal): Promise<void> {
  return tellLink(service, slow, ({ inside }) => `http://127.0.0.1:${inside}`, signal, ask);
}

test('a link is told at its control port what to do', async () => {
  const asked: string[] = [];
  await tell((url) => {
    asked.push(url);
    return Promise.resolve({ status: 200, body: '{}' });
  });
  expect(asked).toEqual(['http://127.0.0.1:9001/set?latencyMs=100&jitterMs=0']);
});

test('one that refuses ends the act, with what it said', async () => {
  const refused = tell(() => Promise.resolve({ status: 400, body: 'latencyMs is 600000 at the most' }));
  await expect(refused).rejects.toThrow(
    /app to postgres did not take the order \(slow link\): it answered with status 400 \(latencyMs is 600000 at the most\)\.$/,
  );
});

test('one that cannot be asked ends the act, with why', async () => {
  await expect(tell(() => Promise.reject(new Error('connect ECONNREFUSED')))).rejects.toThrow(
    /: connect ECONNREFUSED\.$/,
  );
});

test('the end of a run ends the wait for one that does not answer', async () => {
  const over = new AbortController();
  const told = tell(() => new Promise(() => undefined), over.signal);
  over.abort(new Error('Ctrl-C'));
  await expect(told).rejects.toThrow('Ctrl-C');
});
