import { describe } from "vitest";
import { SEEDS_EACH } from "./how-many.ts";
import { everySeed } from "./seeds.ts";

describe("a seeded world of stands, backend, bank and network, where everything fails", () => {
  everySeed(1, SEEDS_EACH);
});
