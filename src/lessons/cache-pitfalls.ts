import type { Lesson } from './lesson.ts';

/** The lessons of the pitfalls of caches. */
export const cachePitfalls = {
  'stale-reads': {
    predict: [
      'A todo is written once a second, and kept in the cache for 3 s. How many answers are older than what its writer was told?',
      'A write deletes the todo from the cache, after its commit. Is there any way left to get a stale answer?',
      'A write keeps the new todo in the cache instead. What does that change for those who read?',
    ],
    look: [
      'stale: answers that are older than a write which was acknowledged before they were asked for. It is counted, by versions: each answer carries one.',
      'hit rate: of ten requests one is a write, and where it deletes, one of the nine reads after it misses. Where it keeps the new todo hardly any does, and queries/req tells the same.',
      'What is stale of the deleting one: a read that missed has the old row, the write commits and deletes, and then the read keeps what it has. A query takes 50 ms here, so that this is seen within seconds.',
    ],
    mechanism: [
      'read:           todo = cache.get(id), and where there is one: return it',
      '                todo = SELECT …                # old, if a write commits now',
      '                cache.set(id, todo, ttl)       # … and stays for its ttl',
      '',
      'write:          new = UPDATE … ; commit',
      '  ttl-only      nothing                        # old, until its ttl ends',
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
      'Nobody minds: a list of best sellers may be three seconds old. Then ttl-only has the fewest parts that can fail.',
      'Nothing may be stale, as in balances and stock: read those from the database, and cache what surrounds them.',
      'Writes go past the app, by jobs and by hand: neither of the two hears of them. Follow the log of the database instead.',
    ],
    next: [
      {
        text: 'Twice the rate: each todo is written twice a second. Even more answers of ttl-only are stale then, and deleting misses more often.',
        command: 'scale-lab run stale-reads --rate 500/s',
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
        title:
          'Lu et al., Existential Consistency (SOSP 2015): Facebook counted 0.0004% of reads that were not as if there was one copy',
        url: 'https://dl.acm.org/doi/10.1145/2815400.2815426',
      },
    ],
    figures: ['Latency by percentile', 'Where the time of a request goes'],
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
      'Redis is not the limit. Look at its CPU first.',
    ],
    next: [
      {
        text: 'Four replicas: three of four do not hear of a write, and each asks Redis for itself.',
        command: 'scale-lab run hot-key --replicas 4',
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
    figures: ['Latency by percentile', 'Where the time of a request goes'],
  },
  'cold-cache': {
    predict: [
      'Twenty todos are gone from the cache, 200 requests a second want them, and the database does 50 queries a second. How many queries is that until all are back?',
      'Everybody who misses waits for the one who asks. How many is it then?',
      'The cache was filled within a second, with a ttl of 4 s. What does the database get from then on?',
    ],
    look: [
      'recomputes: how often a todo was computed anew. Once each is 20; what is more was asked for by somebody who could have waited.',
      'peak queries: how many queried or waited for a connection at once. It is what the pool, and behind it the database, has to bear.',
      'recovery: whole seconds from the flush until clients were served as before. Without protection the line of queries outlasts the cold cache: most of them compute what is there by then.',
      'same-ttl and jitter: about as many queries, with a peak a few times as high. Whoever fills a cache at once, at a deployment or after a flush, has chosen when it expires.',
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
      'None of them makes the first second after a flush cheap: 20 todos are 20 queries. Where that is too many, warm the cache before it gets load, or let a part of the requests through.',
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
        text: 'Twice the reads: twice the queries, and a line that takes twice as long.',
        command: 'scale-lab run cold-cache --rate 400/s --duration 16s --variant unprotected,lock',
      },
    ],
    read: [
      {
        title:
          'Nishtala et al., Scaling Memcache at Facebook (NSDI 2013): with leases, 1,300 queries a second at the peak in place of 17,000',
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
