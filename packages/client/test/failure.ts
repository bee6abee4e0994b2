import { isDucatError } from "@ducat/client";

/** The `DucatError` that the work ends with. */
export async function failure(work: Promise<unknown>) {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!isDucatError(error)) throw new Error("expected a DucatError", { cause: error });
  return error;
}
