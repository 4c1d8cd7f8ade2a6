import { describe } from "vitest";
import { SEEDS_EACH } from "./how-many.ts";
import { everySeed } from "./seeds.ts";

describe("a seeded world whose banks are Midtrans' stand-in over Core API and BI-SNAP, with our providers before it", () => {
  everySeed(1, SEEDS_EACH / 10, "midtrans");
});
