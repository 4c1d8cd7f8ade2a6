import type { Input } from "../device/device.ts";
import type { Log } from "../host/log.ts";
import type { Clock, Stop } from "../protocol/time.ts";
import type { OpenStand } from "./open-stand.ts";
import type { Menu } from "./trade/menu.ts";

export type ButtonsOptions = {
  readonly stand: Pick<OpenStand, "press" | "cancel" | "isFreeForService" | "serve">;
  readonly menu: Menu;
  /** Absent on a stand without one. */
  readonly cancel?: string;
  /** How long the cancel button is held down for the service page. */
  readonly longPressMs: number;
  readonly clock: Clock;
  readonly log: Log;
  input(name: string): Input;
};

/** `listen` to the buttons of the menu that the stand has, whichever that is. */
export function followMenu(stand: Pick<OpenStand, "trade" | "onTrade">, listen: (menu: Menu) => Stop): Stop {
  let stop = listen(stand.trade.menu);
  const stopHearing = stand.onTrade(() => {
    stop();
    stop = listen(stand.trade.menu);
  });
  return () => {
    stopHearing();
    stop();
  };
}

/** Lets every button say what it stands for, until stopped. */
export function listenToButtons(options: ButtonsOptions): Stop {
  const { stand, menu, cancel, log, input } = options;
  const served = (button: string, work: Promise<unknown>): void => {
    work.catch((error: unknown) => log.error("press not served", { button, error }));
  };
  const stops = [
    ...menu.map(({ button }) => input(button).onPress(() => served(button, stand.press(button)))),
    cancel === undefined ? () => undefined : listenToCancel(cancel, options, (work) => served(cancel, work)),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/**
 * Cancels at once, as a customer expects; held down for long, it asks for the service page. Who cancels an order, or closes
 * that page, and does not let go, has done so and no more.
 */
function listenToCancel(cancel: string, options: ButtonsOptions, served: (work: Promise<unknown>) => void): Stop {
  const { stand, longPressMs, clock, input } = options;
  let stopHolding: Stop = () => undefined;
  const stopHearing = input(cancel).onChange((isDown) => {
    stopHolding();
    if (!isDown) return;
    if (stand.isFreeForService) stopHolding = clock.after(longPressMs, () => served(stand.serve()));
    served(stand.cancel());
  });
  return () => {
    stopHearing();
    stopHolding();
  };
}
