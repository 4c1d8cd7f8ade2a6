/** A thousand seeds in all where everything must be tried; elsewhere fewer, for somebody waits. */
export const SEEDS_EACH = ["true", "1"].includes(process.env["CI"] ?? "") ? 500 : 200;
