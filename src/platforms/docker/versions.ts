import type { Version } from '../../services/service.ts';
import type { Image } from '../engine/base-images.ts';

/** By the names that reports have for them. */
type Versions = Readonly<Record<string, string>>;

/** The first version number in what a program printed. */
export function versionIn(printed: string): string {
  return /\d+(\.\d+)+/.exec(printed)?.[0] ?? 'unknown';
}

/** What a copy told when it became ready. */
interface Told {
  readonly service: { readonly version: Version | undefined };
  readonly version: string | undefined;
}

/** The versions of those that told them. */
export function versionsOf(copies: readonly Told[]): Versions {
  return Object.fromEntries(
    copies.flatMap(({ service, version }) =>
      service.version === undefined || version === undefined ? [] : [[service.version.name, version]],
    ),
  );
}

/** The version of what need not run: as a variable of its image says it, else as the image's tag does. */
export function versionInImage(version: Version | undefined, { name, environment }: Image): Versions {
  if (version === undefined) return {};
  const said = environment.find((each) => version.variable !== undefined && each.startsWith(`${version.variable}=`));
  return { [version.name]: versionIn(said ?? name.slice(name.lastIndexOf(':') + 1)) };
}
