/**
 * How likely a value of Student's t as far from 0 as this one is, or further: two-sided, and exact for a whole number of degrees of
 * freedom (Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.7.3 and 26.7.4).
 */
export function studentP(t: number, degrees: number): number {
  const angle = Math.atan(Math.abs(t) / Math.sqrt(degrees));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let power = isOdd ? 3 : 2; power < degrees; power += 2) {
    term *= (cosine * cosine * (power - 1)) / power;
    sum += term;
  }
  const within = isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
  return Math.min(1, Math.max(0, 1 - within));
}

/** The value that Student's t lies within, on either side of 0, with that confidence. */
export function studentQuantile(confidence: number, degrees: number): number {
  let [low, high] = [0, 1];
  while (studentP(high, degrees) > 1 - confidence) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (studentP(middle, degrees) > 1 - confidence) low = middle;
    else high = middle;
  }
  return high;
}
