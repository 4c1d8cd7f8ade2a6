import { randomInt } from "node:crypto";

/** Chance from the system, from 0 up to, but not including, 1, in 47 bits: nobody outside can foresee an id. */
export const systemChance = (): number => randomInt(2 ** 47) / 2 ** 47;
