/** Each bucket is this factor wider than the one before, so a quantile is known to within 1 %. */
const growth = 1.01;
const smallestMilliseconds = 0.001;
const bucketCount = 2_000;
const logGrowth = Math.log(growth);

export interface LatencyRecorder {
  record(milliseconds: number): void;
  /** The latency that this part (0–1) of the samples did not exceed; `null` without samples. */
  quantile(part: number): number | null;
  count(): number;
}

/**
 * A histogram with logarithmic buckets: a fixed size whatever the number of samples, so that recording allocates nothing
 * and a fast contender is not slowed by the bookkeeping about it.
 */
export function createLatencyRecorder(): LatencyRecorder {
  const buckets = new Uint32Array(bucketCount);
  let samples = 0;
  return {
    record(milliseconds) {
      const bucket =
        milliseconds <= smallestMilliseconds ? 0 : Math.ceil(Math.log(milliseconds / smallestMilliseconds) / logGrowth);
      const index = Math.min(bucket, bucketCount - 1);
      buckets[index] = (buckets[index] ?? 0) + 1;
      samples += 1;
    },
    quantile(part) {
      if (samples === 0) return null;
      const rank = Math.max(1, Math.ceil(part * samples));
      let seen = 0;
      for (const [index, found] of buckets.entries()) {
        seen += found;
        if (seen >= rank) return smallestMilliseconds * growth ** index;
      }
      return null;
    },
    count: () => samples,
  };
}
