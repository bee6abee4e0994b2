/** ⌈amount × part ÷ whole⌉, exact. */
export function proportion(amount: number, part: number, whole: number): number {
  const product = amount * part;
  if (Number.isSafeInteger(product)) {
    const rest = product % whole;
    return (product - rest) / whole + (rest > 0 ? 1 : 0);
  }
  const divisor = BigInt(whole);
  return Number((BigInt(amount) * BigInt(part) + divisor - 1n) / divisor);
}
