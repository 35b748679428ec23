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
const file = 'rabbitmq.conf';
const port = 5672;

/** On Debian what PATH has is a wrapper: only root and its own user may start it, and it keeps what the server says to itself. */
const server: Executable = {
  name: 'rabbitmq-server',
  debian: 'rabbitmq-server',
  homebrew: 'rabbitmq',
  firstIn: ['/usr/lib/rabbitmq/bin'],
};

/** Comes with Erlang, and so with every RabbitMQ. */
const portMapper: Executable = { ...server, name: 'epmd', firstIn: [] };

/**
 * The port mapper of Erlang and the server, as one process: by itself the server would start a port mapper that outlives it. A signal
 * breaks a `wait` off, and the server may still be ending then. One line, as `clean` tells of it.
 */
const script = [
  'PATH=$PATH:${1%/*}',
  '"$1" & mapper=$!',
  '"$2" & server=$!',
  `trap 'kill "$server"' TERM INT`,
  'wait "$server"; code=$?',
  'while kill -0 "$server" 2>/dev/null; do wait "$server"; code=$?; done',
  'kill "$mapper"; wait "$mapper"',
  'exit "$code"',
].join('; ');

/** Official images know it; to ask takes seconds, too. */
const tellVersion = ['sh', '-c', 'echo "${RABBITMQ_VERSION:-$(rabbitmqctl version)}"'];

/** RabbitMQ, with nothing in it and no plugin. */
export const rabbitmq: Entry = {
  name: 'rabbitmq',
  what: 'a message broker: RabbitMQ, reached at AMQP_URL',
  copies: 'one',
  executables: [server, portMapper],
  describe,
};

function describe({ name, limits }: EntryUse): Service {
  return {
    name,
    title: 'RabbitMQ',
    role: 'store',
    copies: { kind: 'one' },
    limits,
    asks: { cpu: 0.05, memoryBytes: 192 * 2 ** 20 },
    port: { inside: port },
    secrets: ['password'],
    fronts: [],
    uses: [],
    program: {
      locate,
      inherits: 'little',
      user: 'this',
      dataMode: 0o700,
      ports: ['distribution', 'epmd'],
      workingFolder: undefined,
    },
    image: {
      from: { base: 'rabbitmq' },
      entrypoint: ['rabbitmq-server'],
      args: () => [],
      user: { name: 'rabbitmq', number: 999 },
      data: ['/var/lib/rabbitmq'],
      scratch: ['/tmp'],
    },
    environment,
    files: (at) => [{ name: file, text: { secret: configuration(at) } }],
    // The programs of RabbitMQ that ask it take seconds of CPU.
    ready: { log: /Server startup complete/, command: isListening(port), limitMs: 90_000 },
    version: { name: 'rabbitmq', log: /RabbitMQ (?<version>\d+(\.\d+)+)/, command: tellVersion },
    stop: { signal: 'SIGTERM', graceMs: 10_000, wholeGroup: false, drains: false },
    reachedBy: (at) => ({ AMQP_URL: { secret: `amqp://${userName}:${at.secret('password')}@${at.host}:${at.port}` } }),
    prepare: undefined,
    betweenTrials: 'stays-if-same',
    counters: undefined,
    reload: undefined,
    isForeign: false,
  };
}

async function locate({ environment }: Machine): Promise<Runnable> {
  const found = await requireExecutable(server, environment);
  const mapper = await requireExecutable(portMapper, environment);
  return { command: '/bin/sh', args: () => ['-c', script, 'sh', mapper, found] };
}

/**
 * All that it would take from the machine or the image otherwise. Beside its port it listens on loopback only: nobody but its own
 * programs asks there. Without input the script that starts the server becomes the server.
 */
function environment({ host, port: ownPort, ports: { distribution, epmd }, folder, data }: Place): Variables {
  const none = path.join(data, 'none');
  return {
    HOME: data,
    RABBITMQ_NODENAME: 'rabbit@localhost',
    RABBITMQ_NODE_IP_ADDRESS: host,
    RABBITMQ_NODE_PORT: String(ownPort),
    ...(distribution === undefined ? {} : { RABBITMQ_DIST_PORT: String(distribution) }),
    ...(epmd === undefined ? {} : { ERL_EPMD_PORT: String(epmd) }),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    RABBITMQ_CONFIG_FILE: path.join(folder, file),
    RABBITMQ_CONFIG_FILES: none,
    RABBITMQ_ADVANCED_CONFIG_FILE: none,
    RABBITMQ_CONF_ENV_FILE: none,
    RABBITMQ_ENABLED_PLUGINS_FILE: none,
    RABBITMQ_MNESIA_BASE: data,
    RABBITMQ_LOG_BASE: data,
    RABBITMQ_LOGS: '-',
    RABBITMQ_ALLOW_INPUT: '1',
    RABBITMQ_SERVER_START_ARGS: '-noinput',
  };
}

function configuration(at: Place): string {
  return `default_user = ${userName}
default_pass = ${at.secret('password')}
`;
}
