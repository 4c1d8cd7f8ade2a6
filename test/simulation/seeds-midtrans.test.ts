import { describe } from "vitest";
import { MIDTRANS_SEEDS } from "./how-many.ts";
import { everySeed } from "./seeds.ts";

describe("a seeded world whose banks are Midtrans' stand-in over Core API and BI-SNAP, with our providers before it", () => {
  everySeed(1, MIDTRANS_SEEDS, "midtrans");
});
