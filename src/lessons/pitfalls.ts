import type { Lesson } from './lesson.ts';

/** The lessons of the catalogue of pitfalls: each has the mechanism, what the remedy costs, and where it is the wrong one. */
export const pitfalls = {
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
  'stale-reads': {
    predict: [
      'A todo is written once a second, and kept in the cache for 2 s. How many answers are older than what its writer was told?',
      'A write deletes the todo from the cache, after its commit. Is there any way left to get a stale answer?',
      'A write keeps the new todo in the cache instead. What does that change for those who read?',
    ],
    look: [
      'stale: answers that are older than a write which was acknowledged before they were asked for. It is counted, by versions: each answer carries one.',
      'hit rate: of ten requests one is a write, and where it deletes, one of the nine reads after it misses. Where it keeps the new todo hardly any does, and queries/req tells the same.',
      'What is stale of the deleting one: a read that missed has the old row, the write commits and deletes, and then the read keeps what it has. A query takes 10 ms here, so that this happens at all.',
    ],
    mechanism: [
      'read:           todo = cache.get(id), and where there is one: return it',
      '                todo = SELECT …                # old, if a write commits now',
      '                cache.set(id, todo, ttl)       # … and stays until the ttl ends',
      '',
      'write:          new = UPDATE … ; commit',
      '  ttl-only      nothing                        # old until the ttl ends',
      '  delete        cache.delete(id)               # the next read misses',
      '  write-through cache.set(id, new, ttl)        # the next read has it',
      '                note version of new, answer the writer',
      '',
      'check:          noted = version noted for id; read as above',
      '                stale, where the version read < noted',
    ],
    tradeOffs: [
      'Deleting costs a miss for each write, and a herd of them where many wait for the same key.',
      'Writing through fills the cache with what nobody may ever read, and the write waits for the cache as well. Of two writers in two replicas, the first to commit may be the last to write to the cache.',
      'Both leave a short race. What closes it is a set that the cache turns down where the key was deleted or renewed since the miss: a lease, or a compare-and-set on the version.',
      'Where the replica dies between the commit and the cache, the old value stays: so keep a ttl in any case, as the bound of how long.',
    ],
    unless: [
      'Nobody minds: a list of best sellers may be two seconds old. Then ttl-only has the fewest parts that can fail.',
      'Nothing may be stale, as in balances and stock: read those from the database, and cache what surrounds them.',
      'Writes go past the app, by jobs and by hand: neither of the two hears of them. Follow the log of the database instead.',
    ],
    next: [
      {
        text: 'Twice the rate: each todo is written twice a second. Most answers of ttl-only are stale then, and deleting misses more often.',
        command: 'scale-lab run stale-reads --rate 1000/s',
      },
      {
        text: 'Several replicas share the one cache: what is stale stays the same, as far as they agree on who writes last.',
        command: 'scale-lab run stale-reads --replicas 1,4 --variant delete,write-through',
      },
    ],
    read: [
      {
        title: 'Nishtala et al., Scaling Memcache at Facebook (NSDI 2013): why deletes, and leases against stale sets',
        url: 'https://www.usenix.org/conference/nsdi13/technical-sessions/presentation/nishtala',
      },
      {
        title: 'Lu et al., Existential Consistency (SOSP 2015): Facebook counted 0.0004% of reads that were not as if there was one copy',
        url: 'https://dl.acm.org/doi/10.1145/2815400.2815426',
      },
    ],
    figures: ['RPS', 'Latency by percentile'],
  },
  'hot-key': {
    predict: [
      'There are ten servers of Redis, and all want one key. How many of the ten help?',
      'Two processes keep the todo for a second each, and 500 requests a second want it. How many commands does Redis get?',
      'The todo is written five times a second. What do those read who ask the other process?',
    ],
    look: [
      'cache ops/req: one command for each read where the cache is shared. With the local ones it is what the ttl and the writes cost, however many read: a command for each ttl and each process, and for each write a deletion, a miss and a new value.',
      'stale: a write deletes the todo in Redis and in the process that did it. The other one goes on with what it has, until its ttl ends or it is written to itself.',
      'A tenth of the ttl: some more commands, and a fraction of the stale answers. That is the one thing to choose.',
    ],
    mechanism: [
      'read:   todo = local.get(id)             # in this process: nobody is asked',
      '        if none: todo = redis.get(id)    # one command per process and ttl',
      '                 local.set(id, todo, local ttl)',
      '        if none: todo = SELECT …',
      '                 redis.set(id, todo); local.set(id, todo, local ttl)',
      '',
      'write:  UPDATE … ; commit',
      '        redis.delete(id); local.delete(id)',
      '                                         # other processes: not told',
      '                                         # stale for a local ttl at most',
    ],
    tradeOffs: [
      'Every process has its own idea of what is so. Two requests of one user, on two replicas, may see a new value and then the old one.',
      'Memory times the number of processes, and each begins with nothing after a deployment.',
      'Telling all processes of each write (publish and subscribe, or the client-side caching of Redis) shortens the stale time to the way of a message, and makes a lost message a stale value for a whole ttl.',
    ],
    unless: [
      'Reads are spread over many keys: a small cache has few hits then, and Redis has no key that is hot.',
      'A reader must see what was written: then the key can be had from several copies in Redis that each write renews, or not from a cache.',
      'Redis is not the limit. Look at its CPU first: one server answers 100,000 commands a second and more.',
    ],
    next: [
      {
        text: 'Four replicas: three of four do not hear of a write, and each asks Redis for itself.',
        command: 'scale-lab run hot-key --replicas 1,4',
      },
      {
        text: 'What a read costs Redis, where the rate is high.',
        command: 'scale-lab run hot-key --rate 2000/s --variant shared,local-1s',
      },
    ],
    read: [
      {
        title: 'Redis: client-side caching, and how it tells of what was written',
        url: 'https://redis.io/docs/latest/develop/reference/client-side-caching/',
      },
      {
        title: 'Amazon Builders’ Library: caching challenges and strategies, local and external caches',
        url: 'https://aws.amazon.com/builders-library/caching-challenges-and-strategies/',
      },
    ],
    figures: ['RPS', 'Latency by percentile'],
  },
  'cold-cache': {
    predict: [
      'A hundred todos are gone from the cache, 1,000 requests a second want them, and the database does 250 queries a second. How many queries is that until all are back?',
      'Everybody who misses waits for the one who asks. How many is it then?',
      'The cache was filled within a second, with a ttl of 3 s. What does the database get from then on?',
    ],
    look: [
      'recomputes: how often a todo was computed anew. Once each is 100; what is more was asked for by somebody who could have waited.',
      'peak queries: how many queried or waited for a connection at once. It is what the pool, and behind it the database, has to bear.',
      'recovery: whole seconds from the flush until clients were served as before. Without protection the line of queries outlasts the cold cache: most of them compute what is there by then.',
      'same-ttl and jitter: as many queries, and a peak that is many times as high. Whoever fills a cache at once, at a deployment or after a flush, has chosen when it expires.',
    ],
    mechanism: [
      'unprotected:   value = cache.get(key)',
      '               if none: value = SELECT …        # as does everyone else now',
      '                        cache.set(key, value, ttl)',
      '',
      'single flight: if none: value = under way[key] or begin SELECT …',
      '                        # once for each process',
      'lock:          if none: lock key in Redis: SELECT …, cache.set, unlock',
      '                        held by another: wait, and look again',
      '                        # once for all processes',
      '',
      'jitter:        cache.set(key, value, ttl × (0.5 to 1.5, by lot))',
    ],
    tradeOffs: [
      'Who waits for somebody else’s query also waits for its failure, or its time-out. A lock needs a limit after which others help themselves.',
      'A lock costs two round trips more on each miss, and a waiting reader asks again and again.',
      'With jitter no one knows when a value expires, only when at the latest; the ttl has to be right for the longest.',
      'None of them makes the first second after a flush cheap: 100 todos are 100 queries. Where that is too many, warm the cache before it gets load, or let a part of the requests through.',
    ],
    unless: [
      'A query takes a millisecond, and no key is wanted by many: then nobody comes meanwhile, and there is no herd.',
      'Values are filled in over time by themselves, so that they expire at different times already: jitter adds nothing.',
      'An old value will do: answer with it and renew it in the background (stale-while-revalidate). That helps against expiry, and not against a flush.',
    ],
    next: [
      {
        text: 'Four replicas, each with a pool of its own: single flight asks once in each of them, a lock once in all.',
        command: 'scale-lab run cold-cache --replicas 1,4 --variant single-flight,lock',
      },
      {
        text: 'Half the readers: the line is shorter, and is gone sooner.',
        command: 'scale-lab run cold-cache --rate 500/s --variant unprotected,lock',
      },
    ],
    read: [
      {
        title: 'Nishtala et al., Scaling Memcache at Facebook (NSDI 2013): with leases, 1,300 queries a second at the peak in place of 17,000',
        url: 'https://www.usenix.org/conference/nsdi13/technical-sessions/presentation/nishtala',
      },
      {
        title: 'Amazon Builders’ Library: timeouts, retries and backoff with jitter',
        url: 'https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/',
      },
    ],
    figures: ['RPS over time', 'p99 over time', 'Latency by percentile'],
  },
} as const satisfies Readonly<Record<string, Lesson>>;
