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
      { title: 'Markus Winand, We need tool support for keyset pagination', url: 'https://use-the-index-luke.com/no-offset' },
    ],
    figures: ['RPS', 'Latency by percentile', 'Where the time of a request goes'],
  },
} as const satisfies Readonly<Record<string, Lesson>>;
