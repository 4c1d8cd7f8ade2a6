import { HardwareFault, type Input, type Output, type Stop } from "../device.ts";
import type { InputLine, OutputLine } from "./lines.ts";
import { once } from "./taken.ts";

/** A line as a button, a sensor or a door's switch. */
export function inputOf(line: InputLine): Input {
  let isClosed = false;
  const onChange = (hear: (isActive: boolean) => void): Stop =>
    line.onChange((isActive) => {
      if (!isClosed) hear(isActive);
    });
  return {
    isActive: async () => {
      if (isClosed) throw new HardwareFault("the input is closed: open it again");
      return line.isActive();
    },
    onChange,
    onPress: (hear) => onChange((isActive) => isActive && hear()),
    close: async () => {
      isClosed = true;
      line.close();
    },
  };
}

/** A line as a lamp or a buzzer. */
export function outputOf(line: OutputLine): Output {
  let isClosed = false;
  const close = once(() => {
    isClosed = true;
    line.close();
  });
  return {
    set: async (isOn) => {
      if (isClosed) throw new HardwareFault("the output is closed: open it again");
      line.set(isOn);
    },
    close: async () => close(),
  };
}
