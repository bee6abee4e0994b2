import { defineCatalog } from "./define-catalog.ts";
import type { CatalogInput } from "./input.ts";

/** The default catalog as it was written, to start from: `defineCatalog({ ...defaultCatalogInput, topUpPacks: {} })`. */
export const defaultCatalogInput = {
  roles: {
    owner: { seat: "editor", buys: true },
    admin: { seat: "editor", buys: true },
    editor: { seat: "editor" },
    "guest-editor": { seat: "guest" },
    viewer: { seat: null },
    "guest-viewer": { seat: null },
  },
  features: {
    "generate-screen": {
      name: "Generate screen",
      unit: "screen",
      settles: "unit",
      modes: { standard: 30, "deep-design": 90 },
    },
    "generate-component": {
      name: "Generate component",
      unit: "component",
      settles: "unit",
      modes: { standard: 10, "deep-design": 30 },
    },
    "generate-diagram": { name: "Generate diagram", unit: "diagram", settles: "unit", modes: { standard: 10 } },
    "generate-prototype": { name: "Generate prototype", unit: "request", settles: "whole", modes: { standard: 10 } },
    "generate-image": { name: "Generate image", unit: "image", settles: "unit", modes: { standard: 10 } },
    "generate-theme": { name: "Generate theme", unit: "request", settles: "whole", modes: { standard: 5 } },
    "generate-code": { name: "Generate code", unit: "screen", settles: "unit", modes: { standard: 15 } },
    "rename-layers": { name: "Rename layers", unit: "request", settles: "whole", modes: { standard: 5 } },
    "capture-full-screen": {
      name: "Capture Full Screen (browser extension)",
      unit: "image",
      settles: "unit",
      modes: { standard: 30 },
    },
    "capture-element": {
      name: "Select Element (browser extension)",
      unit: "image",
      settles: "unit",
      modes: { standard: 10 },
    },
    "capture-area": { name: "Crop Area (browser extension)", unit: "image", settles: "unit", modes: { standard: 30 } },
  },
  plans: {
    starter: {
      name: "Starter",
      paid: false,
      anchor: "workspace",
      holder: "workspace",
      allowance: { first: 600, then: 300 },
    },
    pro: {
      name: "Pro",
      paid: true,
      anchor: "subscription",
      holder: "member",
      allowance: { editor: 3000, guest: 600 },
    },
    business: {
      name: "Business",
      paid: true,
      anchor: "subscription",
      holder: "member",
      allowance: { editor: 10_000, guest: 2000 },
    },
  },
  // Examples, as their names and metadata say: what a pack holds and costs is the operator's own decision.
  topUpPacks: {
    small: {
      name: "1,000 credits (example)",
      credits: 1000,
      price: { amount: 1000, currency: "usd" },
      metadata: { example: true },
    },
    medium: {
      name: "5,000 credits (example)",
      credits: 5000,
      price: { amount: 4500, currency: "usd" },
      metadata: { example: true },
    },
    large: {
      name: "20,000 credits (example)",
      credits: 20_000,
      price: { amount: 16_000, currency: "usd" },
      metadata: { example: true },
    },
  },
} as const satisfies CatalogInput;

/** The catalog that is in force where no other is given: the published prices and allowances of the reference product. */
export const defaultCatalog = defineCatalog(defaultCatalogInput);
