import { HardwareFault } from "../../../device/device.ts";
import type { InputLine, Lines, OutputLine } from "../../../device/pins/lines.ts";

/** Lines that end in the air: what was written to each output, and outputs that can be broken. */
export class Wired implements Lines {
  readonly where = "in memory";
  readonly levels = new Map<number, boolean>();
  readonly history: string[] = [];
  isBroken = false;
  isClosed = false;

  input(): InputLine {
    throw new HardwareFault("there is no input here");
  }

  output({ line }: { readonly line: number }): OutputLine {
    const set = (isActive: boolean): void => {
      if (this.isBroken && isActive) throw new HardwareFault(`line ${line} is broken`);
      if (this.levels.get(line) !== isActive) this.history.push(`${line} ${isActive ? "closed" : "open"}`);
      this.levels.set(line, isActive);
    };
    set(false);
    return { set, close: () => set(false) };
  }

  close(): void {
    for (const line of this.levels.keys()) this.levels.set(line, false);
    this.isClosed = true;
  }
}
