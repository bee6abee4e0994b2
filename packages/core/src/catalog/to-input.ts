import type { Allowance, Catalog, Feature, Mode, Plan, Role, TopUpPack } from "@ducat/client";
import type {
  AllowanceInput,
  CatalogInput,
  FeatureInput,
  MeteredModeInput,
  PlanInput,
  PricedModeInput,
  RoleInput,
  TopUpPackInput,
} from "./input.ts";

/** The shortest input that gives this catalog: what equals its default is left out, except `order`. */
export function catalogToInput(catalog: Catalog): CatalogInput {
  return {
    roles: mapValues(catalog.roles, roleToInput),
    features: mapValues(catalog.features, featureToInput),
    plans: mapValues(catalog.plans, planToInput),
    ...(Object.keys(catalog.topUpPacks).length > 0 && { topUpPacks: mapValues(catalog.topUpPacks, packToInput) }),
    ...(catalog.pastDueGraceDays > 0 && { pastDueGraceDays: catalog.pastDueGraceDays }),
  };
}

function roleToInput(role: Role): RoleInput {
  return { seat: role.seat, ...(role.buys && { buys: true }) };
}

function featureToInput(feature: Feature): FeatureInput {
  const rest = { ...(feature.plans !== null && { plans: feature.plans }), ...metadataOf(feature) };
  if (feature.settles === "metered") {
    const unit = feature.unit === "token" ? {} : { unit: feature.unit };
    return {
      name: feature.name,
      ...unit,
      settles: "metered",
      modes: mapValues(feature.modes, meteredModeToInput),
      ...rest,
    };
  }
  const { name, unit, settles } = feature;
  return { name, unit, settles, modes: mapValues(feature.modes, pricedModeToInput), ...rest };
}

function meteredModeToInput(mode: Mode): MeteredModeInput {
  return { perMillion: { ...mode.perMillion }, ...(mode.plans !== null && { plans: mode.plans }) };
}

function pricedModeToInput(mode: Mode): number | PricedModeInput {
  const price = mode.price ?? 0;
  return mode.plans === null ? price : { price, plans: mode.plans };
}

function planToInput(plan: Plan): PlanInput {
  return {
    name: plan.name,
    paid: plan.paid,
    anchor: plan.anchor,
    holder: plan.holder,
    allowance: allowanceToInput(plan.allowance),
    ...(plan.topUps !== plan.paid && { topUps: plan.topUps }),
    ...(plan.hidden && { hidden: true }),
    ...(plan.retired && { retired: true }),
    // Kept even where it equals the place as written: sorting the keys of a JSON file must not change what it says.
    order: plan.order,
    ...metadataOf(plan),
  };
}

function allowanceToInput(allowance: Allowance): AllowanceInput {
  if (allowance.kind === "unlimited") return "unlimited";
  if (allowance.kind === "byMonth") {
    const { first, then } = allowance;
    return first === then ? first : { first, then };
  }
  return { ...allowance.seats };
}

function packToInput(pack: TopUpPack): TopUpPackInput {
  return {
    name: pack.name,
    credits: pack.credits,
    price: { ...pack.price },
    ...(pack.hidden && { hidden: true }),
    ...(pack.retired && { retired: true }),
    ...metadataOf(pack),
  };
}

function metadataOf(part: { metadata: Readonly<Record<string, unknown>> }) {
  return Object.keys(part.metadata).length > 0 && { metadata: part.metadata };
}

function mapValues<From, To>(map: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(map).map(([id, value]) => [id, change(value)]));
}
