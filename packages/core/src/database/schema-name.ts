import { DucatError } from "@ducat/client";

const valid = /^[a-z_][a-z0-9_]{0,62}$/;

/** Only plain names: a-z, 0-9 and _, so that it is the same in every tool. */
export function isSchemaName(schema: unknown): schema is string {
  return typeof schema === "string" && valid.test(schema) && !schema.startsWith("pg_");
}

/** The schema's name, quoted for use in SQL. Only plain names are allowed, so that it is the same in every tool. */
export function quotedSchema(schema: string): string {
  if (!isSchemaName(schema)) {
    throw new DucatError(
      "invalid_options",
      `The schema name ${JSON.stringify(schema)} will not do: use a-z, 0-9 and _, no digit and no pg_ in front, 63 characters at most.`,
    );
  }
  return `"${schema}"`;
}
