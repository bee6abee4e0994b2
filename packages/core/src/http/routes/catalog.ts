import type { PublishedCatalog } from "@ducat/client";
import { readInput, shape } from "../../inputs/objects.ts";
import type { AnswerSchema } from "../answer-schema.ts";
import { anyObject, integer, mapOf, named, object, text } from "../answer-schema.ts";
import { type Principal, route } from "../route.ts";

const published = named(
  "PublishedCatalog",
  object<PublishedCatalog>({
    version: text,
    roles: anyMap(),
    features: anyMap(),
    plans: anyMap(),
    topUpPacks: anyMap(),
    pastDueGraceDays: integer,
  }),
);

const nothing = shape({});

/** The parts of a catalog, by id. The catalog's own schema describes them; repeating it here would be a second truth. */
function anyMap<Parts>(): AnswerSchema<Parts> {
  // The answer is typed by `PublishedCatalog`; this schema only documents that it is a map.
  return mapOf(anyObject) as unknown as AnswerSchema<Parts>;
}

export const catalogRoutes = [
  route<PublishedCatalog>("Catalog", "GET /v1/catalog", {
    operationId: "getCatalog",
    summary: "The roles, features with prices, plans and top-up packs that are in force.",
    input: nothing,
    member: {},
    answer: published,
    answers: { 200: "The catalog; its version is the ETag." },
    run: async (credits, input, { principal }) => {
      readInput(nothing, input);
      return visibleTo(principal, await credits.catalog.published());
    },
    etag: (catalog, principal) => (principal.kind === "operator" ? catalog.version : `${catalog.version}-member`),
  }),
];

/** Hidden plans and packs are the operator's business. */
function visibleTo(principal: Principal, catalog: PublishedCatalog): PublishedCatalog {
  if (principal.kind === "operator") return catalog;
  return { ...catalog, plans: visible(catalog.plans), topUpPacks: visible(catalog.topUpPacks) };
}

function visible<Item extends { hidden: boolean }>(items: Readonly<Record<string, Item>>): Record<string, Item> {
  return Object.fromEntries(Object.entries(items).filter(([, { hidden }]) => !hidden));
}
