/** One way in which the known server behaves, and the load under which its behaviour is known to the millisecond. */
export interface Behaviour {
  readonly name: string;
  readonly ratePerSecond: number;
  readonly durationMs: number;
  /** How long each of the other tools is given; they are left out where this is. */
  readonly toolDurationMs?: number;
  readonly connections: number;
  /** What is asked for; `sinceEpochMs` is when the measured time begins. */
  readonly path: (sinceEpochMs: number) => string;
  /** How long a request waits for its answer that is due so long after the beginning; left out where it is what the server held. */
  readonly responseMs?: (dueMs: number) => number;
}

// Between two arrivals, so that no jitter decides on which side of an edge a request comes in.
const stall = { fromMs: 8005, toMs: 10_005 };

// In 20 s a tenth of the requests would stall, and p90 would stand on the edge between the two modes.
const stalling = {
  ratePerSecond: 100,
  durationMs: 22_000,
  path: (sinceEpochMs: number) => `/stall/${sinceEpochMs + stall.fromMs}/${sinceEpochMs + stall.toMs}`,
  responseMs: (dueMs: number) => (dueMs >= stall.fromMs && dueMs < stall.toMs ? stall.toMs - dueMs : 0),
};

/** What the load worker is held against. */
export const behaviours: readonly Behaviour[] = [
  {
    name: 'constant 50 ms, 100/s',
    ratePerSecond: 100,
    durationMs: 10_000,
    toolDurationMs: 5000,
    connections: 100,
    path: () => '/constant',
  },
  { name: 'one stall of 2 s in 22 s, 100/s', connections: 1000, ...stalling },
  { name: 'that stall on 10 connections, 100/s', connections: 10, toolDurationMs: 22_000, ...stalling },
  {
    name: '1 ms, each 20th 100 ms, 200/s',
    ratePerSecond: 200,
    durationMs: 10_000,
    toolDurationMs: 5000,
    connections: 100,
    path: () => '/bimodal',
  },
  {
    name: 'nothing, 10,000/s',
    ratePerSecond: 10_000,
    durationMs: 10_000,
    toolDurationMs: 5000,
    connections: 100,
    path: () => '/nothing',
  },
];
