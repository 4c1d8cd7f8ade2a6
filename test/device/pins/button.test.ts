import { inputOf, outputOf } from "../../../device/pins/button.ts";
import type { InputLine } from "../../../device/pins/lines.ts";
import { Changes } from "../../../device/pins/taken.ts";
import { inputContract, outputContract } from "../contract.ts";
import { Wired } from "./wired.ts";

/** A line whose other end is in our hand. */
function wireInHand() {
  let isActive = false;
  const changes = new Changes(isActive);
  const line: InputLine = {
    isActive: () => isActive,
    onChange: (hear) => changes.subscribe(hear),
    close: () => undefined,
  };
  const hold = (to: boolean): void => {
    isActive = to;
    changes.now(to);
  };
  return { line, hold };
}

inputContract("a line as a button", async () => {
  const { line, hold } = wireInHand();
  const input = inputOf(line);
  const press = (): void => {
    hold(true);
    hold(false);
  };
  return { input, press, hold, end: () => input.close() };
});

outputContract("a line as a lamp", async () => {
  const wires = new Wired();
  const output = outputOf(wires.output({ line: 22 }));
  return { output, isOn: () => wires.levels.get(22) === true, end: () => output.close() };
});
