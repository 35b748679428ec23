import {
  appSchema,
  changeApp,
  changeData,
  dataSchema,
  defaultApp,
  defaultData,
  type AppSettings,
  type Data,
} from './app-settings.ts';
import { parseLoad } from './change-load.ts';
import { changeLimits, limitsSchema } from './limits.ts';
import { defaultLoad, limits } from './load-profile.ts';
import type { Reader } from './reader.ts';
import type { LoadProfile, Trust } from './scenario.ts';
import type { Limits } from './system.ts';
import { whole } from './shapes.ts';
import { field, type Branch, type Table } from './tree.ts';
import { changeTrust, defaultTrust, trustSchema } from './trust.ts';

/** What `defaults:` and every scenario can say. */
export interface CommonSettings {
  /** Nothing where it could not be read. */
  readonly load: LoadProfile | undefined;
  readonly trust: Trust;
  readonly data: Data;
  readonly app: AppSettings;
  readonly limits: Limits;
  readonly replicas: readonly number[];
  readonly rounds: number;
}

/** What a scenario has of which nothing is said anywhere. */
export const defaultSettings: CommonSettings = {
  load: defaultLoad,
  trust: defaultTrust,
  data: defaultData,
  app: defaultApp,
  limits: { cpu: undefined, memoryBytes: undefined },
  replicas: [1],
  rounds: 1,
};

/** The keys of `defaults:`. */
export const commonKeys = ['load', 'trust', 'data', 'app', 'limits', 'replicas', 'rounds'] as const;

/** A number of replicas. */
export const replicaCount = whole('the number of replicas', limits.replicas.least, limits.replicas.most);

/** A number of rounds. */
export const roundCount = whole('the number of rounds', limits.rounds.least, limits.rounds.most);

/** The settings of `defaults:` or of a scenario, laid over those before. */
export function parseCommon(from: Table, base: CommonSettings, reader: Reader): CommonSettings {
  const value = (key: string) => field(from, key)?.value;
  const replicas = value('replicas');
  return {
    load: parseLoad(value('load'), base.load, reader),
    trust: changeTrust(base.trust, reader.read(trustSchema, value('trust'))),
    data: changeData(base.data, reader.read(dataSchema, value('data'))),
    app: changeApp(base.app, reader.read(appSchema, value('app'))),
    limits: changeLimits(base.limits, reader.read(limitsSchema, value('limits'))),
    replicas: (replicas && parseReplicas(replicas, reader)) ?? base.replicas,
    rounds: reader.read(roundCount, value('rounds')) ?? base.rounds,
  };
}

/** `replicas:`: a number or a list of different numbers. */
export function parseReplicas(branch: Branch, reader: Reader): readonly number[] | undefined {
  if (branch.kind === 'leaf') {
    if (typeof branch.value === 'string' && /^\d+(\s*,\s*\d+)+$/.test(branch.value)) {
      const hint = `write replicas: [${branch.value.split(/\s*,\s*/).join(', ')}]`;
      reader.fault(branch.place, { sentence: 'several numbers of replicas are a list', hint });
      return undefined;
    }
    const count = reader.read(replicaCount, branch);
    return count === undefined ? undefined : [count];
  }
  return reader.distinct(replicaCount, branch, 'replicas');
}
