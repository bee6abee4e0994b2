export { type RunningServer, type ServerOptions, startServer } from "./serve.ts";
