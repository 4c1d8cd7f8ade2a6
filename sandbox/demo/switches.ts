import type { Child } from "./child.ts";
import { isKnob, KNOBS, type Knobs } from "./knobs.ts";
import type { Network } from "./network.ts";
import type { PaymentTypeSwitch } from "./payment-type.ts";
import type { Ears } from "./surroundings.ts";

export type SwitchParts = {
  readonly network: Pick<Network, "cut" | "mend">;
  readonly house: {
    readonly daemon: Pick<Child, "crash">;
    readonly backend: Pick<Child, "crash">;
    readonly payment: Pick<PaymentTypeSwitch, "set">;
  };
  readonly knobs: Pick<Knobs, "set">;
  readonly ears: Ears;
};

/** What can be switched from the page by name. */
export type Switches = {
  readonly names: readonly string[];
  /** False for a name that is none. */
  turn(name: string, isOn: boolean): boolean;
};

export function switchesOf({ network, house, knobs, ears }: SwitchParts): Switches {
  const crash = (child: Pick<Child, "crash">, isOn: boolean): void => {
    if (isOn) child.crash();
  };
  const others: Readonly<Record<string, (isOn: boolean) => void>> = {
    network: (isOn) => turnNetwork(network, isOn, ears),
    "crash-backend": (isOn) => crash(house.backend, isOn),
    "crash-daemon": (isOn) => crash(house.daemon, isOn),
    gopay: (isOn) => house.payment.set(isOn ? "gopay" : "qris"),
  };
  return {
    names: [...Object.keys(KNOBS), ...Object.keys(others)],
    turn: (name, isOn) => {
      if (isKnob(name)) knobs.set(name, isOn);
      else if (Object.hasOwn(others, name)) others[name]?.(isOn);
      else return false;
      ears.changed();
      return true;
    },
  };
}

/** On: it works. */
function turnNetwork(network: Pick<Network, "cut" | "mend">, isOn: boolean, { tell }: Ears): void {
  if (isOn) network.mend();
  else network.cut();
  tell({
    chapter: "trouble",
    from: "demo",
    to: "broker",
    words: isOn ? "Network between stand and broker works again" : "Network between stand and broker cut",
    tone: isOn ? "good" : "bad",
  });
}
