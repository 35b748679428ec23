import type { Database } from '../database/database.ts';
import type { ErrorLog } from '../log.ts';
import type { Settings } from '../settings.ts';
import { UNWATCHED } from '../timing/stopwatch.ts';
import { overHttp } from './http.ts';
import { inProcess } from './in-process.ts';
import { createInbox } from './inbox.ts';
import type { Way } from './way.ts';

/** Opens the way that the settings choose; undefined where there is nobody to tell. What it needs is loaded with it. */
export async function openWay(settings: Settings, database: Database, errors: ErrorLog): Promise<Way | undefined> {
  switch (settings.NOTIFICATIONS_BY) {
    case 'http':
      return settings.NOTIFIER_URL === undefined ? undefined : overHttp(settings.NOTIFIER_URL);
    case 'in-process': {
      const inbox = createInbox(settings, (statement, values) => database.query(statement, values, UNWATCHED));
      return inProcess(inbox, errors);
    }
    case 'rabbitmq': {
      const { AMQP_URL: url } = settings;
      if (url === undefined) throw new Error('notifications by RabbitMQ, and no AMQP_URL: such settings are not read');
      const { overRabbitMq } = await import('./rabbitmq.ts');
      return overRabbitMq(url, errors);
    }
    case 'kafka': {
      const { KAFKA_URL: url, NOTIFICATIONS_ACKS: acks } = settings;
      if (url === undefined) throw new Error('notifications by Kafka, and no KAFKA_URL: such settings are not read');
      const { overKafka } = await import('./kafka.ts');
      return overKafka(url, acks, errors);
    }
  }
}
