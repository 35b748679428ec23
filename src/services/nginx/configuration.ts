import type { Balancer } from '../../model/system.ts';

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

const methods: Readonly<Record<Balancer, string>> = {
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
 * A request that fails is not tried again on another replica: what fails is to be seen.
 */
export function nginxConfiguration(settings: NginxSettings): string {
  return `daemon off;
worker_processes 1;
worker_rlimit_nofile 32768;
error_log stderr notice;
pid nginx.pid;
events { worker_connections 16384; }
http {
  access_log off;
${temporaryPaths.map((name) => `  ${name}_temp_path ${name}_temp;`).join('\n')}
  upstream app {
${methods[settings.balancer ?? 'round-robin']}${settings.upstreams.map((upstream) => `    server ${upstream};`).join('\n')}
    keepalive 1024; ${unlimited}
  }
  server {
    listen ${settings.listen} backlog=4096;
    ${unlimited}
    location / {
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_next_upstream off;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
    }
  }
}
`;
}
