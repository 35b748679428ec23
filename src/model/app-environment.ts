import {
  APP_SETTINGS,
  DATA_SETTINGS,
  isGroup,
  type SettingTable,
  type WrittenSetting,
} from '../target-app/settings-table.ts';
import type { Data } from './scenario.ts';
import type { AppSettings } from './system.ts';

/** Settings that a scenario can write. */
export type Table = SettingTable<WrittenSetting>;

/** What a setting can be. */
export type Value = string | number | boolean;

/** Values by the variables of their settings. */
export type Variables = Readonly<Record<string, Value>>;

type Values = Readonly<Record<string, Value | Readonly<Record<string, Value>>>>;

/** What was chosen, as the variables of the app's environment. */
export function environmentOf(app: AppSettings, data: Data): Readonly<Record<string, string>> {
  return textsOf({ ...variablesOf(APP_SETTINGS, app), ...variablesOf(DATA_SETTINGS, data) });
}

/** What of it the notifier is told as well. */
export function notifierEnvironmentOf({ notifications }: AppSettings): Readonly<Record<string, string>> {
  return textsOf(variablesOf({ notifications: APP_SETTINGS.notifications }, { notifications }));
}

function textsOf(variables: Variables): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(variables).map(([variable, value]) => [variable, textOf(value)]));
}

const plainNumber = new Intl.NumberFormat('en-US', { useGrouping: false, maximumFractionDigits: 20 });

/** How the app reads a value: of a number no power of ten. */
function textOf(value: Value): string {
  if (typeof value !== 'number') return String(value);
  return plainNumber.format(value);
}

/** The values by the variables of their settings. */
export function variablesOf(settings: Table, values: Values): Variables {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, entry]) => {
      const value = values[name] ?? {};
      if (isGroup(entry)) return typeof value === 'object' ? Object.entries(variablesOf(entry, value)) : [];
      return typeof value === 'object' ? [] : [[entry.variable, value]];
    }),
  );
}
