import path from 'node:path';
import { type Executable, requireExecutable } from '../machine/executable.ts';
import type { EntryUse } from '../model/system.ts';
import {
  isListening,
  type Entry,
  type Machine,
  type Place,
  type Runnable,
  type Service,
  type Variables,
} from './service.ts';

const userName = 'scale_lab';
const file = 'server.properties';
const port = 9092;
/** Inside a container; a process draws one. */
const controllerPort = 9093;
/** Where the official image has it. */
const inImage = '/opt/kafka/bin';
/** What a broker has formatted its storage for; each run has a storage of its own. */
const clusterId = '5L6g3nShT-eMCtK--X86sw';

const server: Executable = {
  name: 'kafka-server-start.sh',
  home: 'KAFKA_HOME',
  hint: 'Unpack a release of https://kafka.apache.org/downloads, and set KAFKA_HOME to its folder.',
};

/** Its scripts start it. */
const java: Executable = {
  name: 'java',
  debian: 'default-jre-headless',
  homebrew: 'openjdk',
  home: 'JAVA_HOME',
};

/** Measured with the heap that it is given: half of it is Java's own. */
const memoryBytes = 420 * 2 ** 20;

/**
 * Storage is formatted once: a start after a kill finds its log. In the end the script is the server, as one process. One line, as `clean`
 * tells of it.
 */
const script = [
  `[ -e "$3/meta.properties" ] || KAFKA_JVM_PERFORMANCE_OPTS=-XX:TieredStopAtLevel=1 "$1/kafka-storage.sh" format -t ${clusterId} -c "$2" || exit`,
  'exec "$1/kafka-server-start.sh" "$2"',
].join('; ');

/** By the jar that it is in: to ask it takes a start of Java. */
const tellVersion = ['sh', '-c', `ls ${inImage}/../libs | sed -n 's/^kafka_[0-9.]*-\\([0-9.]*\\)\\.jar$/\\1/p'`];

/** Kafka: one node, broker and controller in one, with nothing in it. */
export const kafka: Entry = {
  name: 'kafka',
  what: 'a log of events: Kafka, one node, reached at KAFKA_URL',
  copies: 'one',
  executables: [server, java],
  memoryBytes,
  describe,
};

function describe({ name, limits }: EntryUse): Service {
  return {
    name,
    title: 'Kafka',
    role: 'store',
    copies: { kind: 'one' },
    limits,
    asks: { cpu: 0.1, memoryBytes: 512 * 2 ** 20 },
    port: { inside: port },
    secrets: ['password'],
    fronts: [],
    uses: [],
    program: {
      locate,
      inherits: 'little',
      user: 'this',
      dataMode: 0o700,
      ports: ['controller'],
      workingFolder: undefined,
    },
    image: {
      from: { base: 'kafka' },
      entrypoint: ['sh', '-c', script, 'sh', inImage],
      args: argumentsAt,
      user: { name: 'appuser', number: 1000 },
      data: ['/var/lib/kafka/data'],
      scratch: ['/tmp'],
    },
    environment,
    files: (at) => [{ name: file, text: { secret: configuration(name, at) } }],
    // The programs of Kafka that ask it are starts of Java. On a busy machine so are its own two, and take half a minute.
    ready: { log: /Kafka Server started/, command: isListening(port), limitMs: 120_000 },
    version: { name: 'kafka', log: /Kafka version: (?<version>\d+(\.\d+)+)/, command: tellVersion },
    // While it formats its storage the script waits for that, and hands no signal on.
    stop: { signal: 'SIGTERM', graceMs: 10_000, wholeGroup: true, drains: false },
    reachedBy: (at) => ({
      KAFKA_URL: { secret: `kafka://${userName}:${at.secret('password')}@${at.host}:${at.port}` },
    }),
    prepare: undefined,
    betweenTrials: 'stays-if-same',
    counters: undefined,
    reload: undefined,
    isForeign: false,
  };
}

async function locate({ environment: ofMachine }: Machine): Promise<Runnable> {
  const found = await requireExecutable(server, ofMachine);
  await requireExecutable(java, ofMachine);
  return { command: '/bin/sh', args: (at) => ['-c', script, 'sh', path.dirname(found), ...argumentsAt(at)] };
}

function argumentsAt(at: Place): readonly string[] {
  return [path.join(at.folder, file), logFolder(at)];
}

function logFolder({ data }: Place): string {
  return path.join(data, 'log');
}

/**
 * All that its scripts would take from the machine otherwise, or write beside what they are given. By IPv4 alone, where it listens is seen
 * in the table that readiness is read from.
 */
function environment({ data }: Place): Variables {
  return {
    KAFKA_HEAP_OPTS: '-Xms256m -Xmx256m',
    KAFKA_OPTS: '-Djava.net.preferIPv4Stack=true',
    LOG_DIR: path.join(data, 'said'),
    EXTRA_ARGS: '',
  };
}

/**
 * One node, of which nothing has a second copy. Clients are told where it is by itself, whatever they connected to: in a network of its
 * own by its name. A consumer that has died is known to be dead after the time that itself has chosen, of which the least is 6 s
 * otherwise. And a broker that was killed may be there again 4 s later: for 9 s otherwise it is taken for another one of that number.
 */
function configuration(name: string, at: Place): string {
  const { host, port: own, ports } = at;
  const controller = `127.0.0.1:${ports.controller ?? controllerPort}`;
  const password = at.secret('password');
  const login = `org.apache.kafka.common.security.plain.PlainLoginModule required username="${userName}" password="${password}" user_${userName}="${password}";`;
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@${controller}
controller.listener.names=CONTROLLER
listeners=CLIENTS://${host}:${own},CONTROLLER://${controller}
advertised.listeners=CLIENTS://${host === '0.0.0.0' ? name : host}:${own}
listener.security.protocol.map=CLIENTS:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=CLIENTS
sasl.enabled.mechanisms=PLAIN
sasl.mechanism.inter.broker.protocol=PLAIN
listener.name.clients.plain.sasl.jaas.config=${login}
log.dirs=${logFolder(at)}
auto.create.topics.enable=false
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=500
`;
}
