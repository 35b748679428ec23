import { balancedBy, type Balancer, type BalancingMethod } from '../../model/system.ts';

/** What nginx is to do. What it writes lies in its prefix, which is a folder that it may write to. */
export interface NginxSettings {
  /** Port, with or without an address before it, e.g. `127.0.0.1:15000`. */
  readonly listen: string;
  /** Addresses and ports of the replicas; names are looked up once, when the configuration is read. */
  readonly upstreams: readonly string[];
  /** In turn where nothing is said. */
  readonly balancer: Balancer | undefined;
}

// Practically for ever: a connection that is closed and opened anew during a measurement would be part of what it measures.
const unlimited = 'keepalive_requests 1000000000; keepalive_timeout 1h;';

const inTurn = balancedBy('round-robin');

const methods: Readonly<Record<BalancingMethod, string>> = {
  'round-robin': '',
  'least-connections': '    least_conn;\n',
  'ip-hash': '    ip_hash;\n',
  'random-two': '    random two least_conn;\n',
};

// Those that are not set lie where only the distribution's own service may write.
const temporaryPaths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/**
 * The configuration of a balancer that adds as little as it can: one worker, connections kept on both sides, no access
 * log. It stays in the foreground, and logs to standard error (its notices say when it has started).
 * A request that fails is not tried again on another replica unless that is asked for: what fails is to be seen.
 */
export function nginxConfiguration({ listen, upstreams, balancer = inTurn }: NginxSettings): string {
  const checks = balancer.healthChecks ? '' : ' max_fails=0';
  // nginx does not start without any: where none runs, it is one that refuses.
  const running = upstreams.length > 0 ? upstreams : ['127.0.0.1:1'];
  const servers = running.map((upstream) => `    server ${upstream}${checks};`);
  return `daemon off;
worker_processes 1;
worker_rlimit_nofile 32768;
error_log stderr notice;
pid nginx.pid;
worker_shutdown_timeout 5s;
events { worker_connections 16384; }
http {
  access_log off;
${temporaryPaths.map((name) => `  ${name}_temp_path ${name}_temp;`).join('\n')}
  upstream app {
${methods[balancer.method]}${servers.join('\n')}
    keepalive 1024; ${unlimited}
  }
  server {
    listen ${listen} backlog=4096;
    ${unlimited}
    location / {
      proxy_pass http://app;
      proxy_http_version 1.1;
      ${retrying(balancer)}
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
    }
  }
}
`;
}

/**
 * Without being asked to, nginx repeats no request that may have changed something. The address of a container that is gone refuses nobody:
 * a try is given up in time for another one.
 */
function retrying({ retries }: Balancer): string {
  if (retries === 0) return 'proxy_next_upstream off;';
  return `proxy_connect_timeout 1s; proxy_next_upstream error timeout; proxy_next_upstream_tries ${retries + 1};`;
}
