/** Where a machine has the time; elsewhere somebody waits. */
export const isEverythingTried = ["true", "1"].includes(process.env["CI"] ?? "");

/** A thousand seeds in all where everything must be tried; elsewhere fewer, for somebody waits. */
export const SEEDS_EACH = isEverythingTried ? 500 : 100;
/** Over Midtrans' stand-in one seed takes as long as two others. */
export const MIDTRANS_SEEDS = isEverythingTried ? 80 : 10;
