import type { Input } from "../device.ts";
import type { InputLine } from "./lines.ts";

/** A line as a button or sensor: heard when it becomes active. */
export const inputOf = (line: InputLine): Input => ({
  onPress: (hear) =>
    line.onChange((isActive) => {
      if (isActive) hear();
    }),
  close: async () => line.close(),
});
