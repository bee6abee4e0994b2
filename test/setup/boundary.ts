/**
 * When a workspace must have been created for one of its months to end at an instant, and what its present month allots
 * on the free plan: so many months before, on the same day of a month that has that day.
 */
export function createdForBoundaryAt(instant: number): { createdAt: Date; allowance: number } {
  const end = new Date(instant);
  for (let months = 1; ; months++) {
    const created = new Date(end);
    created.setUTCMonth(end.getUTCMonth() - months);
    if (created.getUTCDate() === end.getUTCDate()) return { createdAt: created, allowance: months === 1 ? 600 : 300 };
  }
}
