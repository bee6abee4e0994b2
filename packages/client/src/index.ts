export * from "./catalog.ts";
export * from "./commands.ts";
export * from "./errors.ts";
export * from "./outcomes.ts";
export * from "./resources.ts";
