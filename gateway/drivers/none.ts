import { driver, type PrinterDriver, type ScreenDriver } from "./driver.ts";

export const noScreen: ScreenDriver = driver("none", {}, async () => undefined);
export const noPrinter: PrinterDriver = driver("none", {}, async () => undefined);
