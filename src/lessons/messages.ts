import type { Lesson } from './lesson.ts';

/** The lessons of the catalogue of messages: as those of pitfalls, each has the mechanism, what the remedy costs, and where it is the wrong one. */
export const messages = {
  notifications: {
    predict: [
      'Each todo is followed by a mail that takes 500 ms. At 80 todos a second, how many mails are under way when their sender is killed?',
      'A queue gives them to the next consumer. How many users get two mails?',
    ],
    look: [
      'lost: todos without a mail at the end, counted in the database by id. In line it is those that were created while the service was away, and those under way; behind a queue none.',
      'twice: mails that went out before the consumer could acknowledge their messages. The queue cannot know, and sends them again.',
      'repeated: the same messages, where an inbox knew them and dropped them. That it is not zero shows that the inbox was needed.',
      'most backlog and drain: RabbitMQ gives messages back as soon as the connection of the dead consumer is closed, Kafka gives its partition away only when it has heard nothing of it for as long as the consumer itself has asked for (session.timeout.ms, here 4 s).',
      'p50: in line every todo waits for its mail. With a queue it waits until RabbitMQ has the message on its disk, with Kafka until that is in its log, and with a promise in the same process, or with acks none, for nothing.',
      'Todos without a mail, over time: twenty at any moment, as 80 a second are 0.25 s from theirs. After the kill there are more; with a queue they come to zero, without one some stay.',
    ],
    mechanism: [
      'app:       insert todo; send(message, persistent)',
      '           await confirm                 # RabbitMQ has it on its disk',
      '           answer 201',
      '',
      'consumer:  message = take (100 at the most, not acknowledged)',
      '           begin',
      '             insert into inbox (id) on conflict do nothing',
      '             if it is new: send mail',
      '           commit',
      '           acknowledge(message)          # dies before this: it comes again',
    ],
    tradeOffs: [
      'One more service that has to run, be watched and be paid for, and every todo waits for its confirmation.',
      'At least once is all that a queue can promise. The inbox makes it once, as far as the effect is in the same transaction as the id: here mails are rows. A real mail server has to be given the id, to drop what it had, or a few go out twice.',
      'The app writes a todo, and then a message. One that dies between the two has a todo without a mail: no queue helps with that, a table of messages in the same transaction does.',
      'The inbox grows by a row for each message, until somebody removes those that cannot come again.',
      'Kafka keeps messages in order, and for as long as it was told to, whoever has read them: other readers may begin anew. But of a reader it knows one number for each partition, so one message that cannot be taken holds up all after it, and there are never more readers at work than partitions.',
    ],
    unless: [
      'Nobody minds a lost one: a counter, or a hint that the next page shows anyway. Then a promise in the process does.',
      'The caller has to know the outcome, as of a payment. Then ask in line, with a time-out and a key by which it may be asked again.',
      'Work is little, and there is a database: a table that a worker polls is a queue too, and comes with its transactions.',
    ],
    next: [
      {
        text: 'Two replicas of the app, of which one dies: half as many mails are lost with it.',
        command: 'scale-lab run notifications --variant in-process --replicas 2',
      },
      {
        text: 'How much slower a todo is with the queue, where the sender dies once in each round, and how sure that is.',
        command: 'scale-lab compare notifications --a in-process --b queue-and-inbox',
      },
    ],
    read: [
      {
        title: 'RabbitMQ: consumer acknowledgements and publisher confirms',
        url: 'https://www.rabbitmq.com/docs/confirms',
      },
      {
        title: 'Kafka: the consumer, its group and its offsets',
        url: 'https://kafka.apache.org/documentation/#theconsumer',
      },
      {
        title: 'Hohpe, Woolf: idempotent receiver',
        url: 'https://www.enterpriseintegrationpatterns.com/patterns/messaging/IdempotentReceiver.html',
      },
      {
        title:
          'Helland, Life beyond Distributed Transactions (CIDR 2007): at least once, and what activities have to remember',
        url: 'https://www.cidrdb.org/cidr2007/papers/cidr07p15.pdf',
      },
    ],
    figures: ['Todos without a mail, over time', 'p50 over time', 'Errors over time'],
  },
  outbox: {
    predict: [
      'The app writes a todo, and 300 ms later a message about it. It is killed. How many todos have no message?',
      'What if it sends the message first?',
    ],
    look: [
      'lost: todos without a mail at the end. They were written, and the app died before it told of them; nobody ever will.',
      'orphaned: mails about todos that there are not. That is what a user sees of it: a link that leads nowhere.',
      'Where both are zero: what had been written was sent by the next app, which found it in the outbox.',
    ],
    mechanism: [
      'write first:  insert todo; …; publish        # dies at …: lost',
      'tell first:   publish; …; insert todo        # dies at …: orphaned',
      '',
      'outbox:       begin',
      '                insert todo; insert into outbox',
      '              commit                         # both, or none',
      '',
      'relay:        begin',
      '                rows = select from outbox for update skip locked',
      '                publish each; await confirms; delete rows',
      '              commit                         # dies before: sent again',
    ],
    tradeOffs: [
      'The message leaves later: when the relay looks, here every 50 ms.',
      'A relay that dies between publishing and deleting sends again. The other end needs an inbox, as with every queue.',
      'Each write is two, and the outbox is a table that all writers and all relays are at: it has to stay short.',
    ],
    unless: [
      'Who reads can read the table itself: then there is one write, and no message at all.',
      'The database tells of its changes by itself (logical replication, change data capture): then the log is the outbox.',
      'A nightly comparison of the two sides finds what is missing, and late is good enough.',
    ],
    next: [
      {
        text: 'Two replicas, of which one dies: the other’s relay takes over what is in the outbox.',
        command: 'scale-lab run outbox --variant outbox --replicas 2',
      },
      {
        text: 'What the outbox costs or saves a request.',
        command: 'scale-lab compare outbox --a write-first --b outbox',
      },
    ],
    read: [
      {
        title: 'Richardson: transactional outbox',
        url: 'https://microservices.io/patterns/data/transactional-outbox.html',
      },
      {
        title: 'PostgreSQL: FOR UPDATE SKIP LOCKED',
        url: 'https://www.postgresql.org/docs/current/sql-select.html#SQL-FOR-UPDATE-SHARE',
      },
    ],
    figures: ['Todos without a mail, over time', 'Errors over time', 'p50 over time'],
  },
  'broker-crash': {
    predict: [
      'The relay sends 80 messages a second, and does not wait for acknowledgements. The broker stands still for one second before it dies. How many are lost?',
      'And if it waits for each acknowledgement before it removes the message from the outbox?',
    ],
    look: [
      'lost: todos without a mail at the end, counted in the database by id. Without acknowledgements it is about what was sent in the second before the kill.',
      'repeated: what was sent again, as its acknowledgement had not come, though the broker had it. With acks all that is the price; the inbox drops them.',
      'most backlog and drain: with acks all what was created meanwhile waits in the outbox until the broker is there again, which takes a Kafka seconds.',
      'p99: with an outbox nobody who writes a todo waits for the broker. Without one each waits for an acknowledgement that does not come, a second in vain, and then there is nobody to tell.',
    ],
    mechanism: [
      'relay:     begin',
      '             rows = select from outbox for update skip locked',
      '             for each: write(socket, message)    # acks none: "sent"',
      '                       await acknowledgement     # acks all: it is in the log',
      '             delete rows                         # acks none: too early',
      '           commit',
      '',
      'broker:    stands still; the socket still takes what fits into its buffer',
      '           is killed: what it had not read is gone, and no error tells of it',
      '           starts again: its log is whole, as far as it was written',
    ],
    tradeOffs: [
      'An acknowledgement is a round trip for each batch: some milliseconds, in which the relay holds its rows.',
      'While the broker is away the outbox grows in the database, which has to have room for it.',
      'What was sent and not acknowledged is sent again: at least once, so the other end needs an inbox, or a producer that numbers what it sends (enable.idempotence).',
      'Here is one broker, which is killed and finds its log again, as the machine lives on. Where machines die, "all" is as good as the number of copies: at least two in sync (min.insync.replicas), or all is one.',
    ],
    unless: [
      'Nobody misses a lost one, and there are very many: samples of sensors, clicks, traces. That is what acks none is for.',
      'Whoever asked can ask again, as with a request in line: then tell them that it failed, in place of keeping it.',
    ],
    next: [
      {
        text: 'The same kill without the second in which it stands still: what is in flight at one moment is a few messages, or none, which is why such a loss is hardly ever seen in a test.',
      },
      {
        text: 'What an acknowledgement costs who writes a todo without an outbox, while a consumer dies and the broker lives.',
        command: 'scale-lab run notifications --variant kafka,kafka-acks-none',
      },
      {
        text: 'Two replicas of the app, whose relays share one outbox.',
        command: 'scale-lab run broker-crash --variant acks-all --replicas 2',
      },
    ],
    read: [
      {
        title: 'Kafka: producer configuration, acks and enable.idempotence',
        url: 'https://kafka.apache.org/documentation/#producerconfigs_acks',
      },
      {
        title: 'Kafka: replication, and what is committed',
        url: 'https://kafka.apache.org/documentation/#replication',
      },
    ],
    figures: ['Todos without a mail, over time', 'Errors over time', 'p50 over time'],
  },
  cqrs: {
    predict: [
      'A user has 3,000 todos. How many rows does PostgreSQL read for a summary of them, and how many where it is kept ready in Redis?',
      'Redis is emptied. Where do the summaries come from then, and how long does it take until they are right again?',
    ],
    look: [
      'queries/req and rows/req: what a summary costs the database. With a projection what is left is the writes, the outbox and its relay, the readers who come while it is made anew, and, of the rows, those that the lab itself reads, as it compares both once a second.',
      'missing and extra, at the end: how the counts in Redis differ from the tables, user by user. Both are zero, though the projector was killed and Redis emptied: each event was counted once.',
      'most behind: todos that the projection did not have yet. In quiet times a handful; after the kill what was written meanwhile, after the flush all 30,000.',
      'rebuild: from the first event that was read anew to the last that there was then.',
      'p50 of read: a look-up in place of thousands of rows.',
    ],
    mechanism: [
      'write:      begin; insert todo; insert into outbox; commit',
      'relay:      publish what is in the outbox; await; delete',
      '',
      'projector:  at = get position from Redis           # or the first event',
      '            for each batch of events from `at` on:',
      '              in one step, in Redis:',
      '                if position is not at: take nothing  # it is lost',
      '                for each event: if its id is new: count it',
      '                position = after the batch',
      '',
      'read:       get count, newest from Redis',
    ],
    tradeOffs: [
      'A reader may not see yet what it has just written. Whoever has to is shown it from the tables, or waits until the projection has come that far.',
      'Four parts more run, an outbox, a log, a projector and a store, and each can be behind: how far has to be watched.',
      'A change of what a summary is made of means to make all of them anew, from a log that has to be kept, and whose old events have to be understood for ever.',
    ],
    unless: [
      'A query with the right index is fast enough: a projection is a second truth that has to be kept right.',
      'Hardly anybody reads what is written: then each write is work for nobody.',
      'It may be a little old and need not survive: a cache with a time to live is a tenth of the work.',
    ],
    next: [
      {
        text: 'More history: three times as many todos cost each reader of the tables three times as much, and the projection only when it is made anew.',
      },
      {
        text: 'How much faster the readers are, and how sure that is.',
        command: 'scale-lab compare cqrs --a tables --b projection',
      },
    ],
    read: [
      { title: 'Fowler: CQRS', url: 'https://martinfowler.com/bliki/CQRS.html' },
      {
        title: 'Kreps: The Log, what every software engineer should know about real-time data',
        url: 'https://engineering.linkedin.com/distributed-systems/log-what-every-software-engineer-should-know-about-real-time-datas-unifying',
      },
    ],
    figures: ['p50 over time', 'Errors over time'],
  },
} as const satisfies Readonly<Record<string, Lesson>>;
