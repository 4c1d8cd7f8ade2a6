import { HardwareFault, type Input } from "../../device/device.ts";
import { Changes } from "../../device/pins/taken.ts";

/** An input whose other end is in our hand. */
export type InputInHand = {
  readonly input: Input;
  hold(isActive: boolean): void;
  /** It says nothing more, and does not know how it stands. */
  breakIt(): void;
};

export function inputInHand(isHeld = false): InputInHand {
  let isActive = isHeld;
  let isBroken = false;
  const changes = new Changes(isActive);
  return {
    input: {
      isActive: async () => {
        if (isBroken) throw new HardwareFault("the wire is broken");
        return isActive;
      },
      onChange: (hear) => changes.subscribe(hear),
      onPress: (hear) => changes.subscribe((now) => now && hear()),
      close: async () => undefined,
    },
    hold: (to) => {
      isActive = to;
      if (!isBroken) changes.now(to);
    },
    breakIt: () => {
      isBroken = true;
    },
  };
}
