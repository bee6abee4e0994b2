import type { Route } from "../route.ts";
import { catalogRoutes } from "./catalog.ts";
import { chargeRoutes } from "./charges.ts";
import { creditsRoutes } from "./credits.ts";
import { topUpRoutes } from "./top-ups.ts";
import { workspaceRoutes } from "./workspaces.ts";

/** Every route of the API. What is not here does not exist: router, OpenAPI document and reference are made of it. */
export const routes: readonly Route[] = [
  ...catalogRoutes,
  ...workspaceRoutes,
  ...chargeRoutes,
  ...creditsRoutes,
  ...topUpRoutes,
];
