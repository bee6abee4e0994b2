export type { Catalog } from "ducat";
