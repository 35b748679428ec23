import type { Lesson } from './lesson.ts';

/** The lesson on data that are divided among databases. */
export const shardingLesson = {
  sharding: {
    predict: [
      'One request in ten asks for todos of all users, the others for those of one. How many queries is that on average with one database, and how many with four?',
      'Half of the requests of one user are of the same user. What share of the queries does the busiest of four shards get?',
      'A fifth shard comes. How many rows change their place, by the remainder of the user’s id, and on a ring of hashes?',
    ],
    look: [
      'queries/req: 1 with one database. With four it is 1 for a user and 4 for all users, which is 1.3 on average.',
      'hottest shard: about half of the queries, where a quarter would be even. More shards do not change that: the hot user has only one.',
      'would move: counted over the rows that are in the shards. 80% by the remainder, about a fifth on the ring.',
      'p50 of each request: one over all users waits for the slowest of four answers.',
      'RPS: four databases on one machine share its cores, and give nothing that one would not. See below for databases that have cores of their own.',
    ],
    mechanism: [
      'place(user):  modulo:  user % shards',
      '              ring:    whose point comes next after hash(user)',
      '',
      'one user:     ask shard[place(user)]                     # 1 query',
      'all users:    ask each shard, at once:                   # 4 queries',
      '                SELECT … ORDER BY id LIMIT 20',
      '              sort what came, and keep the first 20',
      '',
      'a fifth one:  move each user whose place has changed',
      '                modulo:  user % 4 ≠ user % 5             # 4 of 5',
      '                ring:    its next point is a new one     # 1 of 5',
    ],
    tradeOffs: [
      'A request over all users costs each shard what it cost the one database before, and takes as long as the slowest of them.',
      'No transaction, join or foreign key goes over two shards. Ids that all shards share have to come from somewhere: here from a sequence of the one database, a query more for each new todo.',
      'An id that does not say whose it is has to be looked for everywhere: have the user in the path, or in the id.',
      'A ring is a little less even than the remainder, by a few per cent with 512 points for each shard. And whichever rows move, somebody has to copy them while both places are asked.',
    ],
    unless: [
      'One database is not the limit yet: an index, a cache, a replica for reads or a larger machine costs less, and leaves you joins and transactions.',
      'Most requests are over all users, as those of reports and searches are: each shard more is a query more for every one of them.',
      'One customer is most of the load: no rule divides one user. Give that one a database of its own, and leave the others together.',
    ],
    next: [
      {
        text: 'Databases with a fifth of a core each, one against four: requests of one user, of all users and of a hot user by themselves (in a clone, with Docker).',
        command: 'scale-lab run --file examples/sharding/scenarios.yaml --platform docker',
      },
      {
        text: 'How much slower is a request for the four answers that it waits for?',
        command: 'scale-lab compare sharding --a one --b modulo --connections 1',
      },
      {
        text: 'Twice the data: as many rows in a hundred would move, which is twice the rows. Change data in a copy of the file.',
      },
    ],
    read: [
      {
        title: 'Karger et al., Consistent Hashing and Random Trees (STOC 1997)',
        url: 'https://dl.acm.org/doi/10.1145/258533.258660',
      },
      {
        title: 'Instagram Engineering: Sharding & IDs at Instagram',
        url: 'https://instagram-engineering.com/sharding-ids-at-instagram-1cf5a71e5a5c',
      },
    ],
    figures: ['RPS', 'Latency by percentile', 'Where the time of a request goes'],
  },
} as const satisfies Readonly<Record<string, Lesson>>;
