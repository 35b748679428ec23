import type { Lesson } from './lesson.ts';
import { messages } from './messages.ts';
import { pitfalls } from './pitfalls.ts';

/** The lessons of the shipped scenarios, by their names: the part of the guide that is about a system under load. */
export const shippedLessons: Readonly<Record<string, Lesson>> = {
  'cache-hit': {
    predict: [
      'How many times as many requests does one replica answer when 98 of 100 come from Redis?',
      'Which of the two will have its event loop full first, and why?',
    ],
    look: [
      'queries/req: a hit asks the database nothing. It is counted, so it holds on every machine.',
      'Where the time goes: without the cache it is pool and db, with it mostly the network and the loop.',
      'The second replica: what is gained by it when the first was not the limit?',
    ],
    next: [
      {
        text: 'Four times the clients: neither gets faster, and without the cache everyone waits for a connection of the pool.',
        command: 'scale-lab run cache-hit --replicas 1 --connections 200',
      },
      { text: 'Ask how sure the difference is.', command: 'scale-lab compare cache-hit --a no-cache --b cache-aside' },
    ],
    read: [
      {
        title: 'Nishtala et al., Scaling Memcache at Facebook (NSDI 2013)',
        url: 'https://www.usenix.org/conference/nsdi13/technical-sessions/presentation/nishtala',
      },
      {
        title: 'Redis: client-side caching and the cache-aside pattern',
        url: 'https://redis.io/docs/latest/develop/use/client-side-caching/',
      },
    ],
    figures: ['RPS', 'Latency by percentile', 'Where the time of a request goes'],
  },
  'thundering-herd': {
    predict: [
      'A key expires once a second, and 400 clients want it. How many times is it computed anew each time?',
      'Which strategy has the lowest p99, and what does it give up for that?',
    ],
    look: [
      'recomputes per expiry: one, or a herd. The rest follows from it.',
      'p99 by second: with cache-aside each expiry is a wall that everyone runs into.',
      'stale-while-revalidate answers with an old value meanwhile: fast, and out of date for a moment.',
    ],
    next: [
      {
        text: 'Let two replicas share the key: single-flight is one per process, a lock is one for all.',
        command: 'scale-lab run thundering-herd --variant single-flight,lock --replicas 1,4',
      },
      { text: 'A smaller herd.', command: 'scale-lab run thundering-herd --connections 20' },
    ],
    read: [
      {
        title: 'Vattani, Chierichetti, Lowenstein, Optimal Probabilistic Cache Stampede Prevention (VLDB 2015)',
        url: 'https://cseweb.ucsd.edu/~avattani/papers/cache_stampede.pdf',
      },
      { title: 'RFC 5861: stale-while-revalidate', url: 'https://www.rfc-editor.org/rfc/rfc5861' },
    ],
    figures: ['RPS', 'p99 over time', 'Latency by percentile'],
  },
  'n-plus-one': {
    predict: [
      'A list of twenty costs one query, two, or twenty-one. How many times as slow is the last?',
      'Is a join always better than a second query for all items at once?',
    ],
    look: [
      'queries/req: 1, 2 and 21.',
      'Where the time goes: twenty round trips, each short, one after the other.',
      'RPS: it is not the database alone. Each answer is parsed and waited for in the one event loop.',
    ],
    next: [
      {
        text: 'A database that is further away makes each round trip dearer: give queries a cost of their own in a copy of the file.',
      },
      { text: 'More clients at once.', command: 'scale-lab run n-plus-one --connections 100' },
    ],
    read: [
      { title: 'DataLoader: batching and caching per request', url: 'https://github.com/graphql/dataloader' },
      { title: 'PostgreSQL: using EXPLAIN', url: 'https://www.postgresql.org/docs/current/using-explain.html' },
    ],
    figures: ['RPS', 'Where the time of a request goes'],
  },
  'missing-index': {
    predict: [
      'How many rows does a search read that finds one of 20,000?',
      'Would a larger connection pool help without the index?',
    ],
    look: [
      'rows read per request: 20,000, or a handful. It needs no stopwatch.',
      'CPU: it is PostgreSQL whose cores are used up, and a second replica of the app changes nothing.',
    ],
    next: [
      {
        text: 'See that more replicas do not help.',
        command: 'scale-lab run missing-index --variant without-index --replicas 1,2',
      },
      { text: 'Five times the rows, in a copy of the file: data: { todos: 100000 }.' },
    ],
    read: [
      { title: 'PostgreSQL: indexes', url: 'https://www.postgresql.org/docs/current/indexes-intro.html' },
      { title: 'Markus Winand, Use the Index, Luke', url: 'https://use-the-index-luke.com/' },
    ],
    figures: ['RPS', 'Latency by percentile'],
  },
  'pool-exhaustion': {
    predict: [
      'A query takes 20 ms. How many answers a second can a pool of 10 give at most?',
      'What becomes of 150 clients where each request opens a connection of its own, and PostgreSQL allows 100?',
      'The query takes a core for as long as it lasts, and there are two cores. How much more do 50 connections give than 4?',
    ],
    look: [
      'pool wait: with 2 connections nearly all of the latency is the queue for one of them.',
      'errors: without a pool the database refuses, and that is the end of the request.',
      'RPS: connections divided by the time of a query, until something else is full. A query that waits leaves the cores free, one that works does not: then a few connections are all that they can serve.',
      'DB conns: the connections are there all the same, and each is a process of PostgreSQL that waits for its turn.',
    ],
    mechanism: [
      'waits:  each query sleeps 20 ms             # a disk, a lock, another server',
      '        RPS = connections / 20 ms           # 100, 500, 2,500',
      '',
      'works:  each query needs a core for t ms',
      '        RPS = cores / t                     # whatever the connections',
      '        t grows: who is served late has no other core to go to,',
      '        and changing from one process to another costs CPU as well',
      '',
      'size:   cores busy at once + queries that wait at the same time',
    ],
    tradeOffs: [
      'A small pool makes requests wait in the app, where they can be counted, bounded and refused. A large one makes them wait in the database, for a core.',
      'One slow query among fast ones holds a connection of the few for long: give reports a pool of their own.',
    ],
    unless: [
      'Queries mostly wait, for a disk or for locks: the formula of cores is too small then. Measure, as this does.',
      'The app lends a connection while it does something else, such as a call to another server. Give it back before that, rather than make the pool larger.',
    ],
    next: [
      {
        text: 'From 4 to 50 connections for the query that works: how sure is it that they give nothing, or less?',
        command: 'scale-lab compare pool-exhaustion --a cpu-4 --b cpu-50',
      },
      {
        text: 'Two replicas have two pools: together they may ask for more than the database allows.',
        command: 'scale-lab run pool-exhaustion --replicas 1,2',
      },
      {
        text: '20 clients: no more than a pool of 50 has connections, so that nobody waits for one of those.',
        command: 'scale-lab run pool-exhaustion --connections 20',
      },
    ],
    read: [
      {
        title: 'HikariCP: about pool sizing (2 × cores + spindles; from 2,048 connections to 96, 100 ms became 2 ms)',
        url: 'https://github.com/brettwooldridge/HikariCP/wiki/About-Pool-Sizing',
      },
      {
        title: 'Little, A Proof for the Queuing Formula L = λW (1961), and what it is used for',
        url: 'https://en.wikipedia.org/wiki/Little%27s_law',
      },
    ],
    figures: ['RPS', 'p99 ms', 'Where the time of a request goes'],
  },
  spike: {
    predict: [
      'The system answers 500 a second. For two seconds 1,200 arrive. How long after that does everyone wait?',
      'Is it kinder to refuse some at once?',
    ],
    look: [
      'p99 over time: the queue of two seconds takes five more to empty.',
      'errors: those who were refused know it at once, and can try again later.',
      'response and service time: a server that is asked has no idea how long the request has waited for it.',
    ],
    next: [
      {
        text: 'Two replicas have two pools: they answer 1,000 a second, and the queue is short.',
        command: 'scale-lab run spike --replicas 2',
      },
      { text: 'What rate holds at all?', command: "scale-lab max-rps spike --variant wait --slo 'p99 < 200ms'" },
    ],
    read: [
      { title: 'Google SRE book: handling overload', url: 'https://sre.google/sre-book/handling-overload/' },
      {
        title: 'Tene, wrk2: why latency is counted from when a request was due',
        url: 'https://github.com/giltene/wrk2',
      },
    ],
    figures: ['p99 over time', 'Errors over time', 'Latency by percentile'],
  },
  'load-balancing': {
    predict: [
      'One of three replicas takes 100 ms longer. What does round robin make of the other two?',
      'Which way notices without being told?',
    ],
    look: [
      'What each replica answered: a third each is fair to the replicas, and not to the clients.',
      'p50 and p99: with round robin every third request is slow, so the median may look well.',
    ],
    next: [
      { text: 'More replicas make one slow one matter less.', command: 'scale-lab run load-balancing --replicas 3,6' },
      {
        text: 'See it in open load, where nobody waits for the slow one.',
        command: 'scale-lab max-rps load-balancing --slo "p99 < 150ms"',
      },
    ],
    read: [
      {
        title: 'Mitzenmacher, The Power of Two Choices in Randomized Load Balancing (2001)',
        url: 'https://www.eecs.harvard.edu/~michaelm/postscripts/tpds2001.pdf',
      },
      { title: 'nginx: using it as a load balancer', url: 'https://nginx.org/en/docs/http/load_balancing.html' },
    ],
    figures: ['RPS', 'What each replica answered', 'Latency by percentile'],
  },
  replicas: {
    predict: [
      'Do four replicas serve four times as much as one? What may keep them from it?',
      'How many would still pay, by the scaling law?',
    ],
    look: [
      'efficiency: what each replica gives, as a share of what one gives alone.',
      'The law: contention is what only one at a time can do, coherency what it costs to agree.',
      'CPU: whether the replicas are at their limits, or something in front of or behind them is.',
    ],
    next: [
      {
        text: 'Where processes keep to the limits for real.',
        command: 'scale-lab run replicas --platform docker --rounds 3',
      },
      { text: 'Many more.', command: 'scale-lab run replicas --platform docker --replicas 1,2,4,8' },
    ],
    read: [
      {
        title: 'Gunther, the Universal Scalability Law',
        url: 'http://www.perfdynamics.com/Manifesto/USLscalability.html',
      },
    ],
    figures: ['RPS', 'How default scales over replicas', 'What each replica answered'],
  },
  concurrency: {
    predict: [
      'Queries take 10 ms, and 16 can run at once. At how many clients does throughput stop to grow?',
      'What happens to the latency of 64 clients?',
    ],
    look: [
      'RPS over connections: a line, a knee at 16, a plateau.',
      'p50: flat up to the knee, and from there on proportional to the clients. RPS × latency is the number of clients: Little.',
      'pool in use: full from the knee on.',
    ],
    next: [
      { text: 'A pool of 32 moves the knee: change it in a copy of the file.' },
      { text: 'Two replicas have two pools.', command: 'scale-lab run concurrency --replicas 2' },
    ],
    read: [
      { title: "Little's law", url: 'https://en.wikipedia.org/wiki/Little%27s_law' },
      {
        title: 'Gunther, the Universal Scalability Law',
        url: 'http://www.perfdynamics.com/Manifesto/USLscalability.html',
      },
    ],
    figures: ['RPS', 'p99 ms', 'How c1, c2, c4, c8, c16, c32, c64 scales over connections'],
  },
  capacity: {
    predict: [
      'Closed load showed how much each can do at most. What share of that holds while p99 stays below 50 ms?',
      'Does the cache help more here than there?',
    ],
    look: [
      'max RPS: the rate that was confirmed, and the lowest that broke the objective.',
      'The probes: p99 hardly moves, and then all at once. That is how queues are.',
    ],
    next: [
      { text: 'A stricter objective.', command: "scale-lab max-rps capacity --slo 'p99 < 10ms, error_rate < 0.1%'" },
      { text: 'Another architecture.', command: "scale-lab max-rps n-plus-one --slo 'p99 < 50ms'" },
    ],
    read: [
      {
        title: 'Google SRE book: service level objectives',
        url: 'https://sre.google/sre-book/service-level-objectives/',
      },
      { title: 'Dean, Barroso, The Tail at Scale (2013)', url: 'https://research.google/pubs/the-tail-at-scale/' },
    ],
    figures: ['The highest rate that holds', 'Latency by percentile'],
  },
  'notification-service': {
    predict: [
      'Each todo is told to a second service before it is answered for. By how much does the median grow?',
      'Whose CPU does that take: only that of the second service?',
    ],
    look: [
      'queries/req: the same in both. What was added is no query, and p50 is larger all the same.',
      'Where the time goes: the wait for the second service is a part of its own.',
      'CPU/req: the request that the app sends to the second service takes CPU of the app, too.',
    ],
    next: [
      {
        text: 'More at once: the second service is one more place where requests can queue.',
        command: 'scale-lab run notification-service --rate 400/s',
      },
      {
        text: 'Ask how sure the difference is.',
        command: 'scale-lab compare notification-service --a alone --b notified',
      },
    ],
    read: [
      {
        title: 'Dean, Barroso, The Tail at Scale (CACM 2013): what it costs to wait for others',
        url: 'https://research.google/pubs/the-tail-at-scale/',
      },
      {
        title: 'Hohpe, Your Coffee Shop Doesn’t Use Two-Phase Commit: what need not be waited for',
        url: 'https://www.enterpriseintegrationpatterns.com/ramblings/18_starbucks.html',
      },
    ],
    figures: ['Latency by percentile', 'Where the time of a request goes', 'RPS'],
  },
  'replica-crash': {
    predict: [
      'One of three replicas is killed. Which share of the requests fails from then on?',
      'What does it take until nobody sees an error?',
    ],
    look: [
      'errors, and error_rate: a third of what is sent after 5 s, a handful, or none.',
      'time_to_recover: how long it took until clients were served as before; without health checks they are when the replica is back, which only a cluster sees to.',
      'The timeline: when the replica was killed, and how many served from then on.',
    ],
    next: [
      {
        text: 'In a cluster the replica is started again: see after how long.',
        command: 'scale-lab run replica-crash --platform kubernetes',
      },
      {
        text: 'In containers an address without anybody behind it does not refuse: what waits for it has to give up.',
        command: 'scale-lab run replica-crash --platform docker',
      },
    ],
    read: [
      {
        title: 'nginx: passive health checks',
        url: 'https://docs.nginx.com/nginx/admin-guide/load-balancer/http-health-check/#passive-health-checks',
      },
      {
        title: 'nginx: proxy_next_upstream',
        url: 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream',
      },
    ],
    figures: ['Errors over time', 'p99 over time', 'Replicas that answer, over time'],
  },
  'graceful-shutdown': {
    predict: [
      'Of 40 requests in flight on three replicas, how many fail when one of them ends at once?',
      'It answers what it has before it ends. Why do some still fail?',
    ],
    look: [
      'errors: those that the replica was answering, or those that were sent to it after it had stopped listening.',
      'The timeline: the time between being told to stop and having stopped is what draining takes.',
    ],
    next: [
      {
        text: 'More replicas have fewer requests in flight each.',
        command: 'scale-lab run graceful-shutdown --replicas 2,4',
      },
      { text: 'See it with a new version instead.', command: 'scale-lab run rolling-update --platform kubernetes' },
    ],
    read: [
      {
        title: 'Google SRE book: handling overload and lame duck state',
        url: 'https://sre.google/sre-book/load-balancing-datacenter/',
      },
    ],
    figures: ['Errors over time', 'p99 over time', 'Replicas that answer, over time'],
  },
  'rolling-update': {
    predict: [
      'A new version takes the place of the old one under load. How many requests are lost?',
      'What has to happen, in which order, for it to be none?',
    ],
    look: [
      'errors: none, or those that a killed replica was answering, and those sent to one that did not listen yet.',
      'The timeline: when the roll-out began and ended, and what p99 did meanwhile.',
    ],
    next: [
      {
        text: 'More replicas are replaced one after the other.',
        command: 'scale-lab run rolling-update --platform kubernetes --replicas 4',
      },
    ],
    read: [
      {
        title: 'Kubernetes: termination of pods',
        url: 'https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination',
      },
    ],
    figures: ['Errors over time', 'p99 over time', 'Replicas that answer, over time'],
  },
  autoscale: {
    predict: [
      'The load becomes ten times as high. How long is it until there are replicas enough?',
      'What becomes of the requests until then?',
    ],
    look: [
      'Replicas over time: the autoscaler looks at averages, and doubles.',
      'dropped: what nobody answered while it looked.',
    ],
    next: [
      {
        text: 'Start with two, and see what the wait costs then.',
        command: 'scale-lab run autoscale --platform kubernetes --replicas 2',
      },
    ],
    read: [
      {
        title: 'Kubernetes: horizontal pod autoscaling',
        url: 'https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/',
      },
    ],
    figures: ['Replicas that answer, over time', 'RPS over time', 'p99 over time'],
  },
  ...pitfalls,
  ...messages,
};
