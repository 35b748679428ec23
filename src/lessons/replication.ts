import type { Lesson } from './lesson.ts';

/** The lessons of data that is there several times. */
export const replication = {
  'read-replica': {
    predict: [
      'A database answers 50 reads a second. How many do it and two standbys answer, if they are asked in turn?',
      'A standby is a second behind. An editor changes its todo and reads it again: what does it get, and how often?',
      'Each client is sent to the primary for 5 s after a write of its own. Who sees something stale then, and what does that cost?',
    ],
    look: [
      'at primary: the share of the reads that the primary answers. In turn it is one of two, or of three: counted, and the same on every machine.',
      'stale: of what editors read, the answers that do not show what the very client that asks had written, and was told of, before it asked. The app knows its clients by a header, x-client, and todos by their versions.',
      'RPS: it grows with the databases. What is sent to the primary after a write goes on top of its third, and it is full before the others are.',
      'lag: by PostgreSQL’s own account (pg_stat_replication). A second of it was asked for (recovery_min_apply_delay), since two servers on one machine are a millisecond apart: they stand for a standby that is far away, or busier than it can be.',
    ],
    mechanism: [
      'write:            primary; commit, answer the client',
      '                  the log of it is on its way to the standbys',
      '',
      'read, by turns:   next of [primary, standby 1, standby 2]',
      '                  a standby that has not done the write yet: the old row',
      '',
      'after own write:  wrote at[client] = now            # with each answer',
      '                  if now − wrote at[client] < 5 s: primary',
      '                  else: next of all three           # lag < 5 s: seen',
    ],
    tradeOffs: [
      'The time is a guess of the lag. One that is too short is stale again, without an error, just when standbys are busiest. One that is too long makes the primary the limit again.',
      'Somebody has to know who wrote when: here the process of the app, and another replica of it does not. A cookie with the time, or with the position of the write in the log, is known wherever the client goes.',
      'It is about the client’s own writes only. What others wrote may be there in one answer and gone in the next, which came from another standby.',
      'Standbys take nothing of the writes: each of them does every one again.',
    ],
    unless: [
      'What one needs is a cache: the same few rows are read again and again, and may be a little old.',
      'Nobody minds: reports, lists and searches may be seconds behind. Send those to a standby, and all else to the primary.',
      'Nothing may be stale: read at the primary, or let a commit wait until the standbys have done it (synchronous_commit = remote_apply), which is as slow as the slowest of them.',
      'There are more writes than reads: what helps then is to divide the data.',
    ],
    next: [
      {
        text: 'Who never writes is sent anywhere. What is the share at the primary where all reads are those of editors, and where hardly any are? Copy the scenario, and change the weights.',
      },
      {
        text: 'How sure is it that the remedy costs something?',
        command: 'scale-lab compare read-replica --a two-standbys --b after-own-write',
      },
      {
        text: 'A second replica of the app hears nothing of what was written by way of the first: fewer reads are sent to the primary, and neither of the two counts what is stale for that.',
        command: 'scale-lab run read-replica --replicas 2 --variant two-standbys,after-own-write',
      },
    ],
    read: [
      {
        title: 'PostgreSQL: hot standby, and what it may lag behind',
        url: 'https://www.postgresql.org/docs/current/hot-standby.html',
      },
      {
        title:
          'Terry et al., Session Guarantees for Weakly Consistent Replicated Data (PDIS 1994): read your writes, monotonic reads',
        url: 'https://www.cs.cornell.edu/courses/cs734/2000FA/cached%20papers/SessionGuaranteesPDIS_1.html',
      },
    ],
    figures: ['RPS', 'Latency by percentile', 'Where the time of a request goes'],
  },
} as const satisfies Readonly<Record<string, Lesson>>;
