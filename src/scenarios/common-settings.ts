import { defaultLoad, bounds, type LoadProfile } from '../model/load-profile.ts';
import type { Trust, Data } from '../model/scenario.ts';
import type { Limits, AppSettings } from '../model/system.ts';
import { whole } from '../shapes/shapes.ts';
import { parseLoad } from './change-load.ts';
import type { Reader } from './reader.ts';
import { appSchema, changeApp, changeData, dataSchema, defaultApp, defaultData } from './schema/app-settings.ts';
import { changeLimits, limitsSchema } from './schema/limits.ts';
import { changeTrust, defaultTrust, trustSchema } from './schema/trust.ts';
import { field, type Branch, type Table } from './yaml/tree.ts';

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
export const replicaCount = whole('the number of replicas', bounds.replicas.least, bounds.replicas.most);

/** A number of rounds. */
export const roundCount = whole('the number of rounds', bounds.rounds.least, bounds.rounds.most);

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
