import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { LabStand, readStates } from "../sale/stand.ts";

/**
 * What runs in the machine whose power is cut: `in-machine.js --outside FOLDER [--careless]`. Says what the journal on $LAB_DISK
 * holds (`HAVE order state`), starts the daemon on it, says every move of the contact (`UP`, `DOWN`), and presses what the world
 * outside wants pressed, until it ends. `--careless`, or the button of this name: the control, whose journal does not wait for the disk.
 */
const { values } = parseArgs({ options: { outside: { type: "string" }, careless: { type: "boolean" } } });
const journal = join(process.env["LAB_DISK"] ?? "", "journal.sqlite");
const say = (...words: readonly string[]): void => void process.stdout.write(`${words.join(" ")}\n`);

if (existsSync(journal)) for (const { order, at } of await readStates(journal)) say("HAVE", order.id, at);
say("CHECKED");

const stand = await LabStand.install(values.outside ?? "", {
  ...{ screen: false, printer: true, sensor: false, journal },
  relayChanged: (level) => say(level === 1 ? "UP" : "DOWN"),
});
const careless = { nodeOptions: `--import ${fileURLToPath(new URL("./careless.js", import.meta.url))}` };
await stand.start(values.careless === true ? careless : {});
for (const { what } of stand.service.log) if (what === "journal was damaged and set aside") say("DAMAGED");
say("READY");

for (;;) {
  const answer = await fetch(`${stand.given.door}/finger`);
  const { press } = (await answer.json()) as { readonly press?: "coffee" | "cancel" | "careless" };
  if (press === "cancel") await stand.press("cancel");
  else if (press === "careless") {
    await stand.stop();
    await stand.start(careless);
    say("READY");
  } else if (press !== undefined) await stand.order(press);
}
