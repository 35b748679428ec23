import { z } from 'zod';
import { variablesOf, type Table, type Value, type Variables } from '../../model/app-environment.ts';
import { formatDuration } from '../../model/numbers.ts';
import type { Data } from '../../model/scenario.ts';
import { type AppSettings, usesCache } from '../../model/system.ts';
import { choice, duration, number, percentage, shorthand, table, whole, yesNo } from '../../shapes/shapes.ts';
import { ratioText } from '../../shapes/units.ts';
import {
  APP_SETTINGS,
  DATA_SETTINGS,
  isGroup,
  settingsOf,
  type SettingTable,
  type ToldSetting,
  type ValuesOf,
  type WrittenSetting,
} from '../../target-app/settings-table.ts';

/** What the reference app does unless a scenario says otherwise. */
export const defaultApp = valuesOf(APP_SETTINGS, {});

/** What is in its database unless a scenario says otherwise. */
export const defaultData = valuesOf(DATA_SETTINGS, {});

/** The most that a query can be made to cost. */
export const mostQueryCostMs = APP_SETTINGS.queryCostMs.most;

/** `app:` as it is written: only what it changes. */
export const appSchema = schemaOf('app', APP_SETTINGS);

/** `data:` as it is written: only what it changes. */
export const dataSchema = schemaOf('data', DATA_SETTINGS);

/** The settings with a change laid over them. */
export function changeApp(app: AppSettings, change: z.output<typeof appSchema> | undefined): AppSettings {
  return valuesOf(APP_SETTINGS, { ...variablesOf(APP_SETTINGS, app), ...change });
}

/** The data with a change laid over them. */
export function changeData(data: Data, change: z.output<typeof dataSchema> | undefined): Data {
  return valuesOf(DATA_SETTINGS, { ...variablesOf(DATA_SETTINGS, data), ...change });
}

/** What is changed of the app, in words: "cache lock (ttl 1 s)", "pool of 20". */
export function appWords(app: AppSettings): readonly string[] {
  const values = variablesOf(APP_SETTINGS, app);
  const words = (setting: ToldSetting): string =>
    setting.words.replace('{}', valueText(setting, values[setting.variable] ?? setting.default));
  const isTold = (setting: ToldSetting): boolean =>
    setting.isAlwaysTold === true || (values[setting.variable] ?? setting.default) !== setting.default;
  const isHeeded = ({ onlyFor = app.cache.strategy }: ToldSetting): boolean => onlyFor === app.cache.strategy;
  const told = (settings: SettingTable<ToldSetting>): readonly string[] =>
    settingsOf(settings).filter(isHeeded).filter(isTold).map(words);

  const { cache, ...others } = APP_SETTINGS;
  const { strategy, ...details } = cache;
  const cached = usesCache(app) ? [`${words(strategy)} (${told(details).join(', ')})`] : [];
  return [...cached, ...told(others)];
}

function valueText({ kind }: ToldSetting, value: Value): string {
  if (typeof value !== 'number') return String(value);
  if (kind === 'duration') return formatDuration(value);
  return kind === 'share' ? ratioText(value) : value.toLocaleString('en-US');
}

/** The values in the form of the table; of what the variables do not say, the default. */
function valuesOf<Settings extends Table>(settings: Settings, variables: Variables): ValuesOf<Settings>;
function valuesOf(settings: Table, variables: Variables): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, entry]) => [
      name,
      isGroup(entry) ? valuesOf(entry, variables) : (variables[entry.variable] ?? entry.default),
    ]),
  );
}

/** A map of settings, each of which may be left out; a group may be written as its first setting alone. */
function schemaOf(noun: string, settings: Table) {
  const fields = Object.entries(settings).map(([name, entry]) => {
    const [key, field] = isGroup(entry) ? [name, groupOf(name, entry)] : [entry.key, fieldOf(entry)];
    return [key, field.optional()] as const;
  });
  return table(noun, Object.fromEntries(fields)).transform((parts): Variables =>
    Object.fromEntries(Object.values(parts).flatMap((part = {}) => Object.entries(part))),
  );
}

function groupOf(name: string, settings: Readonly<Record<string, WrittenSetting>>): z.ZodType<Variables> {
  const [first] = Object.values(settings);
  const long = schemaOf(name, settings);
  return first === undefined ? long : shorthand(fieldOf(first), long);
}

function fieldOf(setting: WrittenSetting): z.ZodType<Variables> {
  return shapeOf(setting).transform((value: Value) => ({ [setting.variable]: value }));
}

function shapeOf(setting: WrittenSetting) {
  switch (setting.kind) {
    case 'whole':
      return whole(setting.noun, setting.least, setting.most);
    case 'number':
      return number(setting.noun, setting.least, setting.most);
    case 'duration':
      return duration(setting.noun, setting.least, setting.most);
    case 'share':
      return percentage(setting.noun, setting.most);
    case 'choice':
      return choice(setting.noun, setting.choices);
    case 'flag':
      return yesNo(setting.noun);
  }
}
