/** A round of blind clips: which sound comes when, and what may be answered. Pure: the same seed is the same round. */

export interface Question {
  readonly sound: string;
  /** The sound's own name among others. */
  readonly choices: readonly string[];
}

export interface Answer {
  readonly sound: string;
  readonly said: string;
}

export const CHOICES = 4;

/** Every sound once, in an order that nobody foresees, each with others of the same pool to choose from. */
export function round(pool: readonly string[], seed: number): readonly Question[] {
  const random = numbers(seed);
  const names = [...new Set(pool)];
  return shuffled(names, random).map((sound) => {
    const others = shuffled(
      names.filter((name) => name !== sound),
      random,
    );
    return { sound, choices: shuffled([sound, ...others.slice(0, CHOICES - 1)], random) };
  });
}

export function right(answers: readonly Answer[]): number {
  return answers.filter(({ sound, said }) => sound === said).length;
}

/** Fisher and Yates's shuffle. */
function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const mixed = [...items];
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [mixed[at], mixed[other]] = [mixed[other] as T, mixed[at] as T];
  }
  return mixed;
}

/** Numbers from 0 to 1 out of a seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
