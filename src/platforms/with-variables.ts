import { LabError } from '../model/errors.ts';
import type { HostedTopology, Topology } from '../model/plan.ts';
import type { ReplicaMetrics } from '../model/running-system.ts';
import { isHosted, type CommandSystem, type ImageSystem } from '../model/system.ts';
import { textsOf, type Workload } from '../model/workload.ts';
import { readAddress } from '../scenarios/schema/target-schema.ts';
import { Mask } from '../shapes/mask.ts';
import { filledIn, valuesIn, type Variables } from '../shapes/variables.ts';
import type { LoadJob, WorkerMessage } from '../worker/protocol.ts';
import type { Deployment, Platform, Stack } from './platform.ts';

/**
 * A platform that is given the values of variables, and gives none of them back. All that comes before it, and every record and
 * report, has texts as they are written; what lies behind it, servers and load workers, has what they mean. What comes back, in
 * messages, in errors and in the ends of logs, shows `${NAME}` again.
 */
export function withVariables(platform: Platform, environment: Variables): Platform {
  const values = new Values(environment);
  return {
    ...platform,
    up: async (options) => {
      const onStep: typeof options.onStep = (text, over) => options.onStep(values.mask.masked(text), over);
      return stackWith(values, await values.guard(platform.up({ ...options, onStep })));
    },
  };
}

/** What is to run for a trial with the values of its variables, for whoever shows what a platform is given. */
export function withValues(topology: Topology | HostedTopology, environment: Variables): Topology | HostedTopology {
  return new Values(environment).topology(topology);
}

function stackWith(values: Values, stack: Stack): Stack {
  return over(stack, {
    deploy: async (topology, signal) =>
      deploymentWith(values, await values.guard(stack.deploy(values.topology(topology), signal))),
    reach: (url, ips) => deploymentWith(values, stack.reach(values.address(url), ips)),
  });
}

function deploymentWith(values: Values, deployment: Deployment): Deployment {
  async function* generate(jobs: readonly LoadJob[], signal: AbortSignal): AsyncIterable<WorkerMessage> {
    const filled = jobs.map((job) => ({ ...job, variables: values.ofWorkload(job.workload) }));
    try {
      for await (const message of deployment.generate(filled, signal)) yield values.maskedMessage(message);
    } catch (error) {
      throw values.maskedError(error);
    }
  }
  return over(deployment, {
    generate,
    scrape: async (signal) => (await values.guard(deployment.scrape(signal))).map((told) => values.maskedProblem(told)),
    ...(deployment.scrapeBeside && {
      scrapeBeside: async (signal) => {
        const beside = await values.guard(deployment.scrapeBeside?.(signal) ?? Promise.resolve([]));
        return beside.map((told) => values.maskedProblem(told));
      },
    }),
    ...(deployment.happenings && {
      happenings: async (sinceMs, signal) => {
        const happened = (await deployment.happenings?.(sinceMs, signal)) ?? [];
        return happened.map((happening) => ({ ...happening, text: values.mask.masked(happening.text) }));
      },
    }),
    ...(deployment.usage && {
      usage: async (signal) => {
        const usages = (await deployment.usage?.(signal)) ?? [];
        return usages.map((usage) => ({ ...usage, ended: values.maskedIfAny(usage.ended) }));
      },
    }),
    ...(deployment.deaths && {
      deaths: async (signal) => {
        const deaths = (await deployment.deaths?.(signal)) ?? [];
        return deaths.map((death) => ({ ...death, error: values.retold(death.error) }));
      },
    }),
    ...(deployment.act && {
      act: async (...args) => values.guard(deployment.act?.(...args) ?? Promise.resolve()),
    }),
  });
}

/** What of a server of the user's own variables may stand in. */
type Written =
  | Pick<CommandSystem, 'kind' | 'command' | 'environment'>
  | Pick<ImageSystem, 'kind' | 'image' | 'args' | 'environment'>;

/** Hands values out, and knows from then on what must not come back. */
class Values {
  readonly mask = new Mask();
  readonly #environment: Variables;
  #isAsked = false;

  constructor(environment: Variables) {
    this.#environment = environment;
  }

  ofWorkload({ requests }: Workload): Readonly<Record<string, string>> {
    return Object.fromEntries(requests.flatMap(textsOf).flatMap((text) => this.#valuesIn(text)));
  }

  topology(topology: Topology | HostedTopology): Topology | HostedTopology {
    const services = topology.services?.map((use) => (use.kind === 'entry' ? use : this.#server(use)));
    const filled = isHosted(topology) ? this.#server(topology) : topology;
    return { ...filled, ...(services && { services }) };
  }

  /** A command line keeps its variables: the shell that it is for fills them in. */
  #server<T extends Written>(server: T): T {
    const environment = Object.fromEntries(
      Object.entries(server.environment).map(([name, text]) => [name, this.#fill(text)]),
    );
    if (server.kind === 'image') {
      const args = server.args?.map((text) => this.#fill(text));
      return { ...server, image: this.#fill(server.image), args, environment };
    }
    this.#valuesIn(server.command);
    return { ...server, environment };
  }

  /** Without the slash at its end that a variable may have brought. */
  address(url: string): string {
    const read = readAddress(this.#fill(url));
    return 'value' in read ? read.value : url;
  }

  /** What comes from outside: answers, and words of the system. The names of requests and parts are the lab's own. */
  maskedMessage(message: WorkerMessage): WorkerMessage {
    if (message.type === 'failed')
      return { ...message, message: this.mask.masked(message.message), hint: this.maskedIfAny(message.hint) };
    if (message.type !== 'result') return message;
    const causes = message.result.causes.map((cause) => ({
      ...cause,
      body: this.maskedIfAny(cause.body),
      words: this.maskedIfAny(cause.words),
    }));
    return { ...message, result: { ...message.result, causes } };
  }

  maskedIfAny(text: string | undefined): string | undefined {
    return text === undefined ? undefined : this.mask.masked(text);
  }

  /** What a promise gives, or its error without values. */
  async guard<T>(promise: Promise<T>): Promise<T> {
    try {
      return await promise;
    } catch (error) {
      throw this.maskedError(error);
    }
  }

  maskedError(error: unknown): unknown {
    return error instanceof LabError ? this.retold(error) : error;
  }

  retold(error: LabError): LabError {
    return this.#isAsked ? error.retold((text) => this.mask.masked(text)) : error;
  }

  /** What a replica tells in numbers has no values in it; what kept it from that may. */
  maskedProblem<Told extends ReplicaMetrics>(told: Told): Told {
    return 'problem' in told ? { ...told, problem: this.mask.masked(told.problem) } : told;
  }

  #fill(text: string): string {
    this.#valuesIn(text);
    return filledIn(text, this.#environment);
  }

  #valuesIn(text: string): readonly (readonly [string, string])[] {
    const values = valuesIn(text, this.#environment);
    if (values.length > 0) this.#isAsked = true;
    for (const [name, value] of values) this.mask.add(name, value);
    return values;
  }
}

/** The object with some of its members in place of its own; the others find all that they have hidden. */
function over<T extends object>(object: T, members: Partial<T>): T {
  return new Proxy(object, {
    get(target, key): unknown {
      if (Object.hasOwn(members, key)) return Reflect.get(members, key);
      const member: unknown = Reflect.get(target, key, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}
