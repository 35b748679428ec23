import type { Environment } from '../../machine/environment.ts';
import { LabError } from '../../model/errors.ts';
import { type ImageName, imageNames } from '../../model/scenario.ts';
import type { Requirement } from '../platform.ts';

/** The official ones, at the major version that this release was tried with. */
export const defaultImages = {
  node: 'node:22-slim',
  postgres: 'postgres:18',
  redis: 'redis:8',
  nginx: 'nginx:1.28',
  rabbitmq: 'rabbitmq:4',
  kafka: 'apache/kafka:4.1.0',
  pgbouncer: undefined,
} as const satisfies Readonly<Record<ImageName, string | undefined>>;

/** The name of each base image; it may be undefined where there is no official one. */
export type BaseImages = {
  readonly [Name in ImageName]: (typeof defaultImages)[Name] extends string ? string : string | undefined;
};

/** The setting that names an image, and is stronger than the scenario file. */
export function imageSetting(name: ImageName): string {
  return `SCALE_LAB_${name.toUpperCase()}_IMAGE`;
}

/** The images to use: from the environment, else from the scenario file, else the official ones. */
export function chooseImages(environment: Environment, fromFile: Partial<BaseImages> = {}): BaseImages {
  const choose = (name: ImageName): string | undefined => {
    const set = environment[imageSetting(name)];
    return set === undefined || set === '' ? (fromFile[name] ?? defaultImages[name]) : set;
  };
  return imageNames.reduce<BaseImages>((chosen, name) => ({ ...chosen, [name]: choose(name) }), defaultImages);
}

/** How a user names a base image. */
export function waysToName(kind: ImageName): string {
  return `${imageSetting(kind)}=<image>, or images: { ${kind}: <image> } in the scenario file`;
}

/** What a platform lacks of images that nobody else can name. */
export function unnamedImages(images: BaseImages): readonly Requirement[] {
  const unnamed = imageNames.filter((kind) => images[kind] === undefined);
  return unnamed.map((kind) => ({
    name: `image for ${kind}`,
    met: false,
    problem: 'there is no official one, and none is named',
    fix: `Name one: ${waysToName(kind)}.`,
    onlyFor: `scenarios with ${kind}`,
    entry: kind,
  }));
}

/**
 * The name of a base image.
 * @throws {LabError} where nobody has named one of which there is none that is official
 */
export function nameOfImage(images: BaseImages, kind: ImageName): string {
  const name = images[kind];
  if (name !== undefined) return name;
  throw new LabError(`There is no official image of ${kind}, and none is named.`, {
    hint: `Name one: ${waysToName(kind)}.`,
  });
}
