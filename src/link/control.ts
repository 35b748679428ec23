import type { RequestListener } from 'node:http';
import { z } from 'zod';
import { cuts, mostBytesPerSecond, unshaped } from '../model/link.ts';
import type { Link, LinkState } from './link.ts';

const amount = (most: number) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'has to be a number')
    .transform(Number)
    .pipe(z.number().max(most, `is ${most} at the most`));

const shapeQuery = z.strictObject({
  latencyMs: amount(600_000).default(0),
  jitterMs: amount(600_000).default(0),
  bytesPerSecond: amount(mostBytesPerSecond).pipe(z.number().min(1, 'is 1 at the least')).optional(),
});
const cutQuery = z.strictObject({ how: z.enum(cuts, `has to be ${cuts.join(' or ')}`) });
const nothing = z.strictObject({});

type Query = Readonly<Record<string, string>>;

/** What can be asked for. Each has its effect before it is answered. */
const actions: Readonly<Record<string, (links: readonly Link[], query: Query) => void>> = {
  /** The whole shape: what is not named is not limited, so the answer to `/set` alone is a link that nobody notices. */
  '/set': (links, query) => {
    const shape = shapeQuery.parse(query);
    for (const link of links) link.set(shape);
  },
  '/cut': (links, query) => {
    const { how } = cutQuery.parse(query);
    for (const link of links) link.cut(how);
  },
  /** As if nothing had been done to it: neither slow nor cut. */
  '/heal': (links, query) => {
    nothing.parse(query);
    for (const link of links) {
      link.set(unshaped);
      link.heal();
    }
  },
  '/state': (_links, query) => {
    nothing.parse(query);
  },
};

/**
 * Makes what answers the control port: `/set`, `/cut`, `/heal` and `/state`, on the link that `link=NAME` says or on all of them,
 * with their states by their names. It is GET also where something changes: to reach a pod through the API server of a cluster with
 * another method takes another right.
 */
export function createControl(links: readonly Link[]): RequestListener {
  return (request, response) => {
    const [status, value] = request.method === 'GET' ? answer(links, request.url ?? '/') : notGet;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  };
}

type Answer = readonly [status: number, value: { error: string } | Readonly<Record<string, LinkState>>];

const notGet: Answer = [405, { error: 'everything is asked for by GET' }];

function answer(links: readonly Link[], url: string): Answer {
  const [path = '', search] = url.split('?', 2);
  const { link: name, ...query } = Object.fromEntries(new URLSearchParams(search));
  const action = actions[path];
  if (action === undefined) return [404, { error: `there is ${Object.keys(actions).join(', ')}` }];
  const chosen = name === undefined ? links : links.filter((link) => link.name === name);
  if (chosen.length === 0) return [400, { error: `link: there is ${links.map((link) => link.name).join(', ')}` }];
  try {
    action(chosen, query);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return [400, { error: error.issues.map(({ path, message }) => [...path, message].join(': ')).join('; ') }];
  }
  return [200, Object.fromEntries(chosen.map((link) => [link.name, link.state]))];
}
