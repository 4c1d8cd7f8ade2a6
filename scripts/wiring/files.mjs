import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buttons, door, relay, relayBoard, sensor, signals } from "./circuits.mjs";
import { headerMap } from "./map.mjs";
import { overview } from "./overview.mjs";
import { ePaper, panel, panelHat, printerSerial } from "./panels.mjs";
import { withTables } from "./tables.mjs";

/** By their names in docs/images. */
const PICTURES = {
  overview,
  header: headerMap,
  panel,
  "panel-hat": panelHat,
  "e-paper": ePaper,
  "printer-serial": printerSerial,
  buttons,
  relay,
  "relay-board": relayBoard,
  sensor,
  door,
  signals,
};

const GUIDE = "docs/install.md";

/**
 * Every file that is made from what is known of the wires, or has tables made from it, by its path.
 * @param {string} root
 * @returns {Readonly<Record<string, string>>}
 */
export function written(root) {
  const pictures = Object.entries(PICTURES).map(([name, draw]) => [`docs/images/wiring-${name}.svg`, draw()]);
  return { ...Object.fromEntries(pictures), [GUIDE]: withTables(readFileSync(join(root, GUIDE), "utf8")) };
}
