export * from "./catalog.ts";
export { type Client, type ClientOptions, createClient, type Pages } from "./client.ts";
export * from "./commands.ts";
export * from "./errors.ts";
export * from "./outcomes.ts";
export * from "./resources.ts";
