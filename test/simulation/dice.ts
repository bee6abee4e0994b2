/** Small numbers from a seed (mulberry32), so that a failure names the run that repeats it. */
export interface Dice {
  /** 0 … sides − 1. */
  (sides: number): number;
  pick<T>(list: readonly T[]): T;
  /** One of the list, or `null` when it is empty. */
  any<T>(list: readonly T[]): T | null;
  /** True so many times in a hundred. */
  chance(percent: number): boolean;
}

export function createDice(seed: number): Dice {
  let state = seed;
  const roll = (sides: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
  const pick = <T>(list: readonly T[]) => list[roll(list.length)] as T;
  return Object.assign(roll, {
    pick,
    any: <T>(list: readonly T[]) => (list.length === 0 ? null : pick(list)),
    chance: (percent: number) => roll(100) < percent,
  });
}
