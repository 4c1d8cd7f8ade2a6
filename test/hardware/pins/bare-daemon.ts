import { GuardedRelays } from "../../../device/pins/guarded.ts";
import { startGuard } from "../../../gateway/guard-process.ts";
import { ways } from "../../../gateway/lines.ts";
import { readBootId, steadyClock } from "../../../host/clock.ts";
import { eventually } from "../check.ts";
import { relaySetup } from "./relays.ts";

/** What of a daemon matters to its guard: it holds the pipe, says that it is alive, and asks for one long pulse. */
const way = ways.find((each) => each === process.argv[2]) ?? "auto";
const relays = new GuardedRelays({
  setup: relaySetup,
  clock: steadyClock(readBootId()),
  start: () => startGuard(way, (text) => process.stderr.write(text)),
  warn: (what, facts) => process.stderr.write(`${what} ${JSON.stringify(facts)}\n`),
});
await eventually("the guard holds the lines", () => relays.failure === undefined, 20_000);
await relays.relay("gate").pulse(4_000, "bare");
await relays.close();
