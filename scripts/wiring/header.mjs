/** The 40-pin header that every Raspberry Pi since the B+ has, and the wires that we draw to it. */

/**
 * @typedef {"3.3 V" | "5 V" | "ground" | number} Carries what a pin is: a supply, ground, or a line by its BCM number
 * @typedef {{ pin: number, carries: Carries, also: string }} HeaderPin `also`: what else the line can be, "" for nothing
 * @typedef {keyof typeof COLOURS} Colour
 */

/** Names are written beside every wire, so that nothing hangs on the colour. */
export const COLOURS = /** @type {const} */ ({
  red: "#c62828",
  orange: "#e07b00",
  yellow: "#d4b106",
  green: "#2e8b57",
  blue: "#1f6fd0",
  purple: "#7b3fa0",
  brown: "#7a4a21",
  grey: "#8a8f98",
  pink: "#d6569b",
  black: "#20242a",
});

/** Pins 1, 2, 3 …; what a line can be besides. */
const CARRIES = /** @type {const} */ ([
  ["3.3 V", ""],
  ["5 V", ""],
  [2, "I²C SDA"],
  ["5 V", ""],
  [3, "I²C SCL"],
  ["ground", ""],
  [4, ""],
  [14, "serial TXD"],
  ["ground", ""],
  [15, "serial RXD"],
  [17, ""],
  [18, ""],
  [27, ""],
  ["ground", ""],
  [22, ""],
  [23, ""],
  ["3.3 V", ""],
  [24, ""],
  [10, "SPI MOSI"],
  ["ground", ""],
  [9, "SPI MISO"],
  [25, ""],
  [11, "SPI SCLK"],
  [8, "SPI CE0"],
  ["ground", ""],
  [7, "SPI CE1"],
  [0, "HAT ID"],
  [1, "HAT ID"],
  [5, ""],
  ["ground", ""],
  [6, ""],
  [12, ""],
  [13, ""],
  ["ground", ""],
  [19, ""],
  [16, ""],
  [26, ""],
  [20, ""],
  ["ground", ""],
  [21, ""],
]);

/** @type {readonly HeaderPin[]} */
export const HEADER = CARRIES.map(([carries, also], index) => ({ pin: index + 1, carries, also }));

/**
 * @param {number} pin 1 to 40
 * @returns {HeaderPin}
 */
export function headerPin(pin) {
  const found = HEADER[pin - 1];
  if (found === undefined) throw new RangeError(`the header has no pin ${pin}: it has 1 to 40`);
  return found;
}

/** @param {Carries} carries */
export const carriedText = (carries) => (typeof carries === "number" ? `GPIO${carries}` : carries);

/**
 * The resistor inside that holds a line from power-on until a program takes it: up for GPIO0 to 8, down for GPIO9 to 27
 * (BCM2835 ARM Peripherals, table 6-31; BCM2711 and RP1 do the same). 33 to 73 kΩ; GPIO2 and 3 have 1.8 kΩ to 3.3 V on the board.
 * @param {number} line
 * @returns {"up" | "down"}
 */
export const pullAtBoot = (line) => (line <= 8 ? "up" : "down");
