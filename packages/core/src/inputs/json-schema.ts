/** The part of JSON Schema 2020-12 (which OpenAPI 3.1 uses) that Ducat's shapes need. */
export interface JsonSchema {
  $ref?: string;
  type?: "string" | "integer" | "number" | "boolean" | "object" | "array" | "null";
  const?: string | number | boolean;
  enum?: readonly (string | null)[];
  description?: string;
  default?: string | number | boolean;
  examples?: readonly unknown[];
  format?: string;
  pattern?: string;
  not?: JsonSchema;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
  properties?: Readonly<Record<string, JsonSchema>>;
  required?: readonly string[];
  additionalProperties?: boolean | JsonSchema;
  propertyNames?: JsonSchema;
  maxProperties?: number;
  anyOf?: readonly JsonSchema[];
  oneOf?: readonly JsonSchema[];
}
