import { cachePitfalls } from './cache-pitfalls.ts';
import type { Lesson } from './lesson.ts';
import { shardingLesson } from './sharding.ts';
import { replication } from './replication.ts';

/** The lessons of the catalogue of pitfalls: each has the mechanism, what the remedy costs, and where it is the wrong one. */
export const pitfalls = {
  'n-plus-one-graphql': {
    predict: [
      'A list of 20 todos asks for the user of each. How many queries is that with a resolver that knows of nothing but its own todo, and how many with a data loader?',
      'One data loader for all requests remembers every user. What else becomes of the answers than that they are fast?',
    ],
    look: [
      'queries/req: 19, 1.9 and 1, as one request in ten is a change with one query.',
      'stale: the share of lists with a user older than what a writer had been told before they were asked for. Every user who is renamed is in the list, so that with the shared loader soon all of them are.',
      'pool wait: 20 resolvers run at the same time, and want 20 connections of a pool of ten. One request alone has to wait.',
    ],
    mechanism: [
      'one by one: for each todo, at once:',
      '              user = query(… WHERE id = $1)      # 20 of them',
      '',
      'loader:     load(id): remembered? then that; else note the id',
      '            end of the turn: query(… WHERE id = ANY(noted)), hand out',
      '',
      '  per request: loader = new Loader()             # forgets with the request',
      '  shared:      one loader, made at the start     # never forgets',
      '                 rename(7)  → the database',
      '                 load(7)    → the name of before',
    ],
    tradeOffs: [
      'A batch waits for the slowest of its keys, and each request has a loader of its own to make: for one user alone it is slower than a query.',
      'A resolver has to ask by way of the loader, everywhere. One that forgets it is right and slow, and no test notices.',
      'What is counted as stale here is found by the app itself, by the versions that it told writers: writes by way of another process it does not know.',
    ],
    unless: [
      'The list can be had with a join: then it is one query, and no key has to be gathered. A resolver that looks at what was asked for can do that.',
      'What you want is a cache for all requests. Then take one that forgets: with a time to live, and a way to tell it of changes. A loader is none.',
      'Clearing the shared loader at each change helps in one process. The second replica never hears of it.',
    ],
    next: [
      {
        text: 'More clients at once: one by one they wait for each other in the pool.',
        command: 'scale-lab run n-plus-one-graphql --variant one-by-one,loader --connections 40',
      },
      {
        text: 'The same with a route that was written for it, where a join is possible.',
        command: 'scale-lab run n-plus-one',
      },
      {
        text: 'How sure is it that forgetting costs so much?',
        command: 'scale-lab compare n-plus-one-graphql --a loader --b shared-loader',
      },
    ],
    read: [
      {
        title: 'DataLoader: a loader for each request, and why',
        url: 'https://github.com/graphql/dataloader#caching-per-request',
      },
      { title: 'GraphQL: the N+1 problem', url: 'https://graphql.org/learn/performance/#the-n1-problem' },
    ],
    figures: ['RPS', 'Latency by percentile', 'Where the time of a request goes'],
  },
  'deep-pagination': {
    predict: [
      'A page has 20 todos. How many rows does PostgreSQL read for the first one, and how many for page 4,501?',
      'The todos are read in the order of an index. Does that help OFFSET?',
    ],
    look: [
      'rows/req: half of the requests are for the first page, half for one behind 90,000 todos. By OFFSET that is 45,020 rows on average, by keyset 20.',
      'p50 of each request: by OFFSET the far page takes many times as long as the first, by keyset as long.',
      'The answers: both kinds of pages return the same 20 todos, and the check of each request insists on it.',
    ],
    mechanism: [
      'offset: the cursor is how many rows come before',
      '  walk the index from its beginning',
      '  drop the first `cursor` rows            # every one of them is read',
      '  return 20 rows; next cursor = cursor + 20',
      '',
      'keyset: the cursor is the last id of the page before',
      '  descend the index to `cursor`           # a few blocks, at any depth',
      '  return 20 rows; next cursor = id of the last one',
      '',
      '  SELECT … WHERE id > $cursor ORDER BY id LIMIT 20',
    ],
    tradeOffs: [
      'There is no way to page 4,501 but through those before it: a cursor is handed on from page to page.',
      'The order must be that of a unique key with an index. For the newest first that is (created_at, id), and the cursor has both.',
      'What is gained beside speed: where rows come and go meanwhile, no todo is left out or shown twice.',
    ],
    unless: [
      'Nobody looks further than a few pages: OFFSET 40 reads 60 rows, and no one will notice.',
      'People jump to page numbers. Then bound how far back they get, or keep the first id of every hundredth page.',
    ],
    next: [
      {
        text: 'How much load each of them carries before a page takes too long.',
        command: "scale-lab max-rps deep-pagination --slo 'p95 < 100ms'",
      },
      {
        text: 'More clients: by OFFSET they wait for PostgreSQL, whose cores are all busy with rows that nobody sees.',
        command: 'scale-lab run deep-pagination --connections 20',
      },
    ],
    read: [
      { title: 'PostgreSQL: LIMIT and OFFSET', url: 'https://www.postgresql.org/docs/current/queries-limit.html' },
      {
        title: 'Markus Winand, We need tool support for keyset pagination',
        url: 'https://use-the-index-luke.com/no-offset',
      },
    ],
    figures: ['RPS', 'Latency by percentile', 'Where the time of a request goes'],
  },
  'connection-leak': {
    predict: [
      'A pool has ten connections, and one request in ten keeps its own. How many requests are answered?',
      'The pool takes back what is out for more than 2 s. Is the trouble over then?',
    ],
    look: [
      'requests: 100 with the leak, ten times ten. It is the same on every machine, and under any load: more load only gets there sooner.',
      'RPS over time: with the leak it falls to nothing, and stays there. With the time-out it comes back and goes again: ten connections that are lost for 2 s each bear 50 requests a second, and no more.',
      'pool use: in the end all connections are in use, and PostgreSQL has nothing to do. A busy pool has a busy database behind it, a leaking one has not.',
    ],
    mechanism: [
      'leaking:  connection = pool.take()',
      '          rows = connection.query(…)',
      '          if rows is unusual: return early    # the next line is not reached',
      '          pool.give back(connection)',
      '',
      'fixed:    connection = pool.take()',
      '          try:     connection.query(…)',
      '          finally: pool.give back(connection) # on every way out',
      '',
      'time-out: 2 s after each take, close the connection and free its place',
    ],
    tradeOffs: [
      'A time-out cannot tell a lost connection from one in use: the longest honest query has to fit into it, or is cut off.',
      'It hides the leak. Whoever sets it should also count what is taken back, and look for the reason where that is not zero.',
    ],
    unless: [
      'The pool lends a connection to a function and takes it back itself: there is nothing to forget. Then a time-out only does harm.',
      'Long reports and migrations run over the same pool. Give them one of their own, without the time-out.',
    ],
    next: [
      {
        text: 'Twice the load: the same 100 requests, in half the time.',
        command: 'scale-lab run connection-leak --rate 200/s --variant leaking',
      },
      {
        text: 'A second replica has a second pool. It doubles what is answered before the end, and puts the end off by as much.',
        command: 'scale-lab run connection-leak --replicas 2 --variant leaking,fixed',
      },
    ],
    read: [
      {
        title: 'HikariCP: leakDetectionThreshold, and why it only logs',
        url: 'https://github.com/brettwooldridge/HikariCP#frequently-used',
      },
      {
        title: 'node-postgres: pooling, and the client that is not released',
        url: 'https://node-postgres.com/features/pooling',
      },
    ],
    figures: ['RPS over time', 'Errors over time'],
  },
  'hot-row': {
    predict: [
      'A like takes a transaction of 20 ms, and 50 writers like the same todo. How many likes a second are there?',
      'Would 100 writers, or a faster machine, make it more?',
    ],
    look: [
      'lock waiters: of 50 writers one has the row, and nearly all others wait for it. With 64 rows a few still meet in the same one; in rows of their own nobody does.',
      'RPS: one row gives one like for each 20 ms, however many want one.',
      'rows/req: rows that PostgreSQL read for one request, old versions included. One request in twenty asks for the count, which is in 64 rows, or in as many as there were likes. One row is not one read either: each like leaves an old version of it behind.',
    ],
    mechanism: [
      'one row:  begin',
      '            lock row (todo, 0); likes += 1   # all others wait here',
      '            the rest of the transaction: 20 ms',
      '          commit                             # the next one has the lock',
      '',
      'sharded:  the same with row (todo, random 0…63)',
      'append:   insert row (todo, next number); nothing to lock',
      '',
      'count:    sum over all rows of the todo      # 1, 64, or as many as likes',
    ],
    tradeOffs: [
      'Who asks for the count pays for it: 64 rows in place of one, or a number that grows for ever until somebody adds rows up from time to time.',
      'No one row has the total any more: a limit such as "the last 100 tickets" cannot be kept by looking at one of them.',
      'However many rows there are, some still meet: 50 that come at once find 35 of 64 rows, and 15 wait.',
    ],
    unless: [
      'There are few writers: at 10 likes a second the one row is locked for a fifth of the time, and no one will notice.',
      'The transaction can be made short instead: change the hot row last, just before the commit.',
      'The number has to be exact for who decides by it, as in stock or balances. Then the line is the price of being right.',
    ],
    next: [
      {
        text: 'Twice the writers: one row gives no more likes, and twice the wait.',
        command: 'scale-lab run hot-row --connections 100 --variant one-row',
      },
      {
        text: 'How sure is the difference between the two remedies?',
        command: 'scale-lab compare hot-row --a sharded --b append',
      },
    ],
    read: [
      { title: 'PostgreSQL: row-level locks', url: 'https://www.postgresql.org/docs/current/explicit-locking.html' },
      {
        title: 'Firestore: distributed counters, which are sharded ones',
        url: 'https://firebase.google.com/docs/firestore/solutions/counters',
      },
    ],
    figures: ['RPS', 'Latency by percentile'],
  },
  ...cachePitfalls,
  'connection-pooler': {
    predict: [
      'Four replicas have a pool of 50 each. How many connections does PostgreSQL have, and what becomes of the rest?',
      'PgBouncer lends 20 connections to 200. Who waits then, where, and is anybody refused?',
    ],
    look: [
      'DB conns: 20 with four small pools, all that PostgreSQL allows with four large ones, and 20 again behind the pooler, however large the pools are.',
      'rejected: what went beyond the limit of 100 got an error at once. Behind the pooler nobody does.',
      'pool wait: with small pools requests wait in the app. Behind the pooler they have a connection to it at once, and wait there: the app takes that for the time of the query.',
      'RPS: the queries need cores. Connections beyond those give nothing.',
    ],
    mechanism: [
      'pools:    connections at the database = replicas × pool',
      '          one replica more is `pool` connections more, busy or not',
      '          beyond max_connections: FATAL, too many clients',
      '',
      'pooler:   on BEGIN (or a single query): take one of 20, or wait',
      '            hand on what the client says',
      '          on COMMIT: give it back        # the client stays connected',
      '          connections at the database = 20, whatever the replicas',
    ],
    tradeOffs: [
      'What belongs to a session is lost between transactions: statements prepared by name, SET, LISTEN, temporary tables, advisory locks of a session. The app names no statements behind it, and migrations go past it.',
      'PgBouncer 1.21 and later can keep named statements (max_prepared_statements); the 1.18 of Debian 12 cannot.',
      'One process more on the way, of one thread: it can die, and it can be full.',
      'Its queue is in none of the app’s numbers. Watch cl_waiting and maxwait of SHOW POOLS.',
    ],
    unless: [
      'replicas × pool stays well below max_connections, at the most replicas that there will ever be: small pools do the same, with less.',
      'The app needs sessions: then mode session, which saves no connection while a client is there.',
      'The queries themselves are too many: the pooler makes a line of them, and not less work.',
    ],
    next: [
      {
        text: 'Six replicas: small pools come to 30 connections, and the pooler still has 20.',
        command: 'scale-lab run connection-pooler --replicas 6',
      },
      {
        text: 'Does what is planned anew behind the pooler cost anything that can be seen?',
        command: 'scale-lab compare connection-pooler --a pools-of-5 --b pooler',
      },
    ],
    read: [
      { title: 'PgBouncer: features, by mode of pooling', url: 'https://www.pgbouncer.org/features.html' },
      {
        title: 'PostgreSQL wiki: number of database connections',
        url: 'https://wiki.postgresql.org/wiki/Number_Of_Database_Connections',
      },
    ],
    figures: ['RPS', 'Latency by percentile', 'Errors over time'],
  },
  ...shardingLesson,
  ...replication,
} as const satisfies Readonly<Record<string, Lesson>>;
