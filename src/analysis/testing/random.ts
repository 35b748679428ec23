/** A normally distributed number (Box and Muller). */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A number of Student's t with 2 degrees of freedom: its tails are so heavy that it has no variance. */
export function student2(random: () => number): number {
  return normal(random) / Math.sqrt(-Math.log(1 - random()));
}
