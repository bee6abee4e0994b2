/** A count that an option gives. */
export function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} must be a whole number`);
  return number;
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
