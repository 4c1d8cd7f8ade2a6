import { describe } from "vitest";
import { everySeed } from "./seeds.ts";

describe("a seeded world of stands, backend, bank and network, where everything fails", () => {
  everySeed(501, 1000);
});
