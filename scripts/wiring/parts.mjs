/**
 * What hangs on the header, wire by wire: the one place that knows it. The drawings, the tables in docs/install.md and the sample
 * configurations agree with it, by test.
 *
 * @typedef {import("./header.mjs").Colour} Colour
 * @typedef {object} Wire
 * @property {number} pin of the header
 * @property {string} to the terminal, as it is printed on the part
 * @property {Colour} colour
 * @property {readonly string[]} [keys] where the configuration names this line: `screen.dc_line`, `inputs.NAME`, `relays.NAME`
 * @property {true} [isMore] one more of what is drawn; the drawing leaves it out
 * @typedef {object} Part
 * @property {string} title
 * @property {readonly Wire[]} wires from pin 1 on downwards, so that none crosses another
 */

/**
 * @typedef {"panel" | "panel-hat" | "e-paper" | "printer-serial" | "buttons" | "relay" | "relay-board" | "sensor" | "door" | "signals"} PartName
 */

/** @type {readonly Wire[]} */
const SPI = [
  { pin: 19, to: "DIN", colour: "blue" },
  { pin: 23, to: "CLK", colour: "yellow" },
  { pin: 24, to: "CS", colour: "green" },
];

/** @type {Readonly<Record<PartName, Part>>} */
export const PARTS = {
  panel: {
    title: "Panel with an ST7789 or ILI9341",
    wires: [
      { pin: 1, to: "VCC", colour: "orange" },
      { pin: 6, to: "GND", colour: "black" },
      { pin: 12, to: "BL", colour: "brown", keys: ["screen.backlight_line"] },
      { pin: 13, to: "RST", colour: "purple", keys: ["screen.reset_line"] },
      ...SPI.slice(0, 1),
      { pin: 22, to: "DC", colour: "grey", keys: ["screen.dc_line"] },
      ...SPI.slice(1),
    ],
  },
  "panel-hat": {
    title: "3.5-inch panel with an ILI9486, plugged onto the header",
    wires: [
      { pin: 1, to: "3.3 V", colour: "orange" },
      { pin: 2, to: "5 V", colour: "red" },
      { pin: 6, to: "GND", colour: "black" },
      { pin: 18, to: "LCD_RS", colour: "grey", keys: ["screen.dc_line"] },
      { pin: 19, to: "LCD_SI", colour: "blue" },
      { pin: 22, to: "RST", colour: "purple", keys: ["screen.reset_line"] },
      { pin: 23, to: "LCD_SCK", colour: "yellow" },
      { pin: 24, to: "LCD_CS", colour: "green" },
    ],
  },
  "e-paper": {
    title: "4.2-inch electronic paper with an SSD1683 or UC8176",
    wires: [
      { pin: 1, to: "VCC", colour: "orange" },
      { pin: 6, to: "GND", colour: "black" },
      { pin: 11, to: "RST", colour: "purple", keys: ["screen.reset_line"] },
      { pin: 17, to: "PWR", colour: "orange" },
      { pin: 18, to: "BUSY", colour: "brown", keys: ["screen.busy_line"] },
      ...SPI.slice(0, 1),
      { pin: 22, to: "DC", colour: "grey", keys: ["screen.dc_line"] },
      ...SPI.slice(1),
    ],
  },
  "printer-serial": {
    title: "Printer on the serial lines of the header",
    wires: [
      { pin: 8, to: "RX", colour: "green" },
      { pin: 10, to: "TX", colour: "yellow" },
      { pin: 14, to: "GND", colour: "black" },
    ],
  },
  buttons: {
    title: "Buttons",
    wires: [
      { pin: 29, to: "a4", colour: "brown", keys: ["inputs.a4"] },
      { pin: 31, to: "a3", colour: "purple", keys: ["inputs.a3"] },
      { pin: 33, to: "a2", colour: "blue", keys: ["inputs.a2"] },
      { pin: 35, to: "a1", colour: "green", keys: ["inputs.a1"] },
      { pin: 37, to: "cancel", colour: "orange", keys: ["inputs.cancel"] },
      { pin: 39, to: "common", colour: "black" },
    ],
  },
  relay: {
    title: "A coil behind a transistor: bare relay, lock, solenoid, motor",
    wires: [
      { pin: 32, to: "slot-1", colour: "yellow", keys: ["relays.slot-1"] },
      { pin: 34, to: "0 V", colour: "black" },
      { pin: 36, to: "slot-2", colour: "green", keys: ["relays.slot-2"], isMore: true },
      { pin: 38, to: "slot-3", colour: "blue", keys: ["relays.slot-3"], isMore: true },
      { pin: 40, to: "slot-4", colour: "purple", keys: ["relays.slot-4"], isMore: true },
    ],
  },
  "relay-board": {
    title: "Relay board with optocouplers, active low",
    wires: [
      { pin: 1, to: "VCC", colour: "orange" },
      { pin: 25, to: "GND", colour: "black" },
      { pin: 29, to: "IN1", colour: "yellow", keys: ["relays.gate"] },
      { pin: 31, to: "IN2", colour: "green", keys: ["relays.gate-2"] },
    ],
  },
  sensor: {
    title: "Sensor that sees the goods leave",
    wires: [
      { pin: 11, to: "4th output", colour: "purple", keys: ["inputs.drop-4"], isMore: true },
      { pin: 15, to: "output", colour: "yellow", keys: ["inputs.drop-1", "inputs.gate-open"] },
      { pin: 16, to: "2nd output", colour: "green", keys: ["inputs.drop-2"], isMore: true },
      { pin: 17, to: "pull-up resistor", colour: "orange" },
      { pin: 18, to: "3rd output", colour: "blue", keys: ["inputs.drop-3"], isMore: true },
      { pin: 20, to: "0 V", colour: "black" },
    ],
  },
  door: {
    title: "Door switch",
    wires: [
      { pin: 7, to: "contact", colour: "blue", keys: ["inputs.door"] },
      { pin: 9, to: "contact", colour: "black" },
    ],
  },
  signals: {
    title: "Lamp and buzzer",
    wires: [
      { pin: 30, to: "0 V", colour: "black" },
      { pin: 38, to: "lamp", colour: "blue", keys: ["outputs.lamp"] },
      { pin: 40, to: "buzzer", colour: "purple", keys: ["outputs.buzzer"] },
    ],
  },
};

/** Which parts a sample's stand has on its header. @type {Readonly<Record<string, readonly PartName[]>>} */
export const STANDS = {
  "kiosk-st7789": ["panel", "buttons", "relay", "door", "signals"],
  "vending-ili9341": ["panel", "buttons", "relay", "sensor", "door"],
  "parking-paper": ["printer-serial", "buttons", "relay-board", "sensor", "signals"],
  "e-paper": ["e-paper", "buttons", "relay"],
  hdmi: ["buttons", "relay", "sensor", "door"],
};
