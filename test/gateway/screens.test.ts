import { describe, expect, test } from "vitest";
import { HardwareFault } from "../../device/device.ts";
import { PANELS, type PanelName, turnOf } from "../../device/screens/controllers.ts";
import { unfit } from "../../gateway/devices.ts";
import { framebufferScreen } from "../../gateway/drivers/framebuffer.ts";
import { spiPanelScreen } from "../../gateway/drivers/spi-panel.ts";
import { silentLog } from "../../host/log.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const open = (options: { readonly driver: string } & Readonly<Record<string, unknown>>) => {
  const shared = () => Promise.reject(new Error("nothing is shared"));
  const bench = { clock: new VirtualClock(), log: silentLog, simulatedAddress: undefined, shared };
  const driver = options.driver === "framebuffer" ? framebufferScreen : spiPanelScreen;
  return driver.open(driver.options.parse(options), bench);
};

describe("a panel is refused at start-up where a phone could not read its code", () => {
  const sizeOf = (name: PanelName) => turnOf(PANELS[name], 0);
  const complaintOf = (name: PanelName) => {
    const { width, height } = sizeOf(name);
    return unfit({ screen: { width, height, show: async () => undefined, close: async () => undefined } });
  };

  test("170 pixels are too few", () => {
    expect(complaintOf("st7789-170x320")).toMatch(/has 170 dots on its shorter side: .* needs 219/);
  });

  test.each(["st7789-240x240", "st7789-240x320", "ili9341-240x320", "ili9488-320x480"] as const)(
    "%s will do",
    (name) => {
      expect(complaintOf(name)).toBeUndefined();
    },
  );
});

describe("what cannot be opened is said in words", () => {
  test("no SPI", async () => {
    const opened = open({ driver: "spi-panel", model: "st7789-240x240", path: "/dev/spidev97.0", dc_line: 25 });
    await expect(opened).rejects.toBeInstanceOf(HardwareFault);
    await expect(opened).rejects.toThrow(/spidev97\.0: ENOENT\. Switch SPI on/);
  });

  test("no framebuffer", async () => {
    const opened = open({ driver: "framebuffer", path: "/dev/fb97" });
    await expect(opened).rejects.toBeInstanceOf(HardwareFault);
    await expect(opened).rejects.toThrow(/fb97: ENOENT\. Is the panel connected/);
  });

  test("a glass that would lie beside its memory", async () => {
    const opened = open({ driver: "spi-panel", model: "st7789-240x240", dc_line: 25, top: 81 });
    await expect(opened).rejects.toThrow("its memory leaves room for left = 0 and top = 80 at most");
  });
});
