import { gatewayConfig } from "../../../gateway/config.ts";
import { openDevices } from "../../../gateway/devices.ts";
import { readBootId, steadyClock } from "../../../host/clock.ts";
import { silentLog } from "../../../host/log.ts";
import { type Check, equal, eventually } from "../check.ts";
import { pull } from "../wires.ts";

const pins = gatewayConfig.shape.pins.parse({
  driver: "gpio",
  relays: [{ name: "slot-1", line: 27 }],
  inputs: [{ name: "a1", line: 17 }],
});
const nothing = { driver: "none" } as const;

/** Where the kernel still has lines in sysfs, too. */
export const resistorCheck: Check = {
  name: "a button that nobody has said anything of gets its resistor, and is heard",
  run: async () => {
    pull(17, 1);
    const bench = { clock: steadyClock(readBootId()), log: silentLog, simulatedAddress: "127.0.0.1:7070" };
    const devices = await openDevices({ screen: nothing, printer: nothing, pins }, bench);
    try {
      let presses = 0;
      devices.input("a1").onPress(() => {
        presses += 1;
      });
      pull(17, 0);
      await eventually("the press", () => presses > 0);
      equal(presses, 1, "presses");
    } finally {
      pull(17, 1);
      await devices.close();
    }
  },
};
