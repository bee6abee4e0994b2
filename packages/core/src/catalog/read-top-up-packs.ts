import type { TopUpPack } from "@ducat/client";
import { describe, type FaultList, pathOf } from "./faults.ts";
import { creditsRange, readFlag, readInteger, readObject, readText } from "./fields.ts";
import { entriesById, mapById } from "./ids.ts";
import { catalogLimits, maxCredits } from "./limits.ts";
import { readMetadata } from "./metadata.ts";
import { type Plain, refused } from "./plain-data.ts";

const packKeys = ["name", "credits", "price", "hidden", "retired", "metadata"];
const packCreditsRange = { min: 1, max: maxCredits };

export function readTopUpPacks(value: Plain | undefined, faults: FaultList): Record<string, TopUpPack> {
  if (value === undefined) return mapById();
  const map = readObject(value, "topUpPacks", null, faults);
  if (map === null) return mapById();
  const packs = mapById<TopUpPack>();
  for (const [id, item, path] of entriesById(map, "topUpPacks", catalogLimits.topUpPacks, faults)) {
    const pack = readObject(item, path, packKeys, faults);
    if (pack === null) continue;
    packs[id] = {
      name: readText(pack, "name", path, faults),
      credits: readInteger(pack.credits, pathOf(path, "credits"), packCreditsRange, faults),
      price: readPrice(pack.price, pathOf(path, "price"), faults),
      hidden: readFlag(pack, "hidden", path, faults, false) ?? false,
      retired: readFlag(pack, "retired", path, faults, false) ?? false,
      metadata: readMetadata(pack, path, faults),
    };
  }
  return packs;
}

function readPrice(value: Plain | undefined, path: string, faults: FaultList): TopUpPack["price"] {
  const price = readObject(value, path, ["amount", "currency"], faults);
  if (price === null) return { amount: 0, currency: "" };
  const currency = price.currency;
  const valid = typeof currency === "string" && /^[a-z]{3}$/.test(currency);
  if (!valid && currency !== refused) {
    faults.add(
      pathOf(path, "currency"),
      `must be three lowercase letters, such as "usd", got ${currency === undefined ? "nothing" : describe(currency)}`,
    );
  }
  return {
    amount: readInteger(price.amount, pathOf(path, "amount"), creditsRange, faults),
    currency: valid ? currency : "",
  };
}
