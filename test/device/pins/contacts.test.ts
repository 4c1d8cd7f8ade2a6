import { expect, test } from "vitest";
import { Contacts } from "../../../device/pins/contacts.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { Wired } from "./wired.ts";

/** What the guard itself holds to, whoever asks it. */
function contactsOn(wired: Wired, clock: VirtualClock): Contacts {
  const line = wired.output({ line: 27 });
  return new Contacts([{ name: "gate", line, mostMs: 1_000 }], clock);
}

test("a contact that is closed takes no second pulse, and opens when the first is over", async () => {
  const [wired, clock] = [new Wired(), new VirtualClock()];
  const contacts = contactsOn(wired, clock);
  const first = contacts.pulse("gate", 500);
  expect(await contacts.pulse("gate", 900)).toBe("still-closed");
  await clock.advance(500);
  expect(await first).toBeUndefined();
  expect(wired.history).toEqual(["27 open", "27 closed", "27 open"]);
});

test.each([
  ["gate", 0, "too-long"],
  ["gate", -1, "too-long"],
  ["gate", Number.NaN, "too-long"],
  ["gate", 1_001, "too-long"],
  ["door", 100, "no-such-relay"],
])("asked for %s and %s ms, it closes nothing: %s", async (name, ms, because) => {
  const wired = new Wired();
  expect(await contactsOn(wired, new VirtualClock()).pulse(name, ms)).toBe(because);
  expect(wired.history).toEqual(["27 open"]);
});
