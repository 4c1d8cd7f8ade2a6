import type { Input } from "../device/device.ts";
import type { Log } from "../host/log.ts";
import type { Stop } from "../protocol/time.ts";
import type { OpenStand } from "./daemon.ts";
import type { Menu } from "./menu.ts";

export type ButtonsOptions = {
  readonly stand: Pick<OpenStand, "press" | "cancel">;
  readonly menu: Menu;
  readonly cancel: string;
  readonly log: Log;
  input(name: string): Input;
};

/** Lets every button say what it stands for, until stopped. */
export function listenToButtons({ stand, menu, cancel, log, input }: ButtonsOptions): Stop {
  const hear = (button: string, press: () => Promise<unknown>): Stop =>
    input(button).onPress(() => {
      press().catch((error: unknown) => log.error("press not served", { button, error }));
    });
  const stops = [
    ...menu.map(({ button }) => hear(button, () => stand.press(button))),
    hear(cancel, () => stand.cancel()),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
