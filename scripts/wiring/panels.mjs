import { PARTS } from "./parts.mjs";
import { board, evenly, plugged, RIGHT, sheet, X } from "./sheet.mjs";
import { box, FAINT, lines, path, text } from "./svg.mjs";
import { code, joint, resistor, thing } from "./symbols.mjs";

/** The sheets of what shows and prints. */

export function panel() {
  const terminals = evenly(140, 44, 8);
  const glass = [box([X + 96, 126], [276, 336], { fill: "#16181c", round: 6 }), code([X + 126, 186], 216)];
  return sheet(
    "panel",
    terminals,
    [board("panel", terminals), ...glass],
    [
      "Go by the names printed on the module, not by the order of its pins. DIN is also called SDA, SDI or MOSI; CLK is SCL " +
        "or SCK; RST is RES; BL is LED. Nothing here is 5 V.",
      "A module without CS: mode = 3. One without BL: leave out backlight_line. Wires of at most 20 cm: a torn picture wants " +
        "shorter ones, or a lower hz.",
    ],
  );
}

export function ePaper() {
  const terminals = evenly(124, 43, 9);
  const glass = [
    box([X + 96, 116], [276, 214], { fill: "#ffffff", stroke: "#b9b4a6", round: 4 }),
    code([X + 102, 132], 182),
    text([X + 286, 212], "Rp", { bold: true }),
    text([X + 286, 236], "15.000", { size: 20, bold: true }),
    text([X + 96, 360], "keeps its picture without power", { size: 13, colour: FAINT }),
  ];
  return sheet(
    "e-paper",
    terminals,
    [board("e-paper", terminals), ...glass],
    [
      "PWR switches the module's supply and must be high; the stand does not drive it, so it goes to 3.3 V for good. Plugged " +
        "straight onto the header, PWR is GPIO18: then write gpio=18=op,dh into config.txt. Modules without PWR: leave it out.",
      "Waveshare's version 2 has an SSD1683, its version 1 a UC8176: the model says which, and with it which level of BUSY is busy.",
    ],
  );
}

export function panelHat() {
  const { wires } = PARTS["panel-hat"];
  const face = [
    box([270, 92], [680, 372], { fill: "#eaf0fb", round: 10 }),
    box([490, 110], [442, 336], { fill: "#16181c", round: 6 }),
    code([600, 167], 222),
    path([168, 280, 270, 280], { stroke: "#1f6fd0", thick: 3, dashed: true }),
    text([292, 122], "what it takes", { size: 13, colour: FAINT }),
    lines(
      [292, 150],
      wires.map(({ pin }) => `pin ${pin}`),
      { gap: 26 },
    ),
    lines(
      [352, 150],
      wires.map(({ to }) => to),
      { gap: 26, bold: true },
    ),
    text([292, 386], "for its touch, not used here", { size: 13, colour: FAINT }),
    lines([292, 410], ["pin 11", "pin 26"], { gap: 24 }),
    lines([352, 410], ["GPIO17", "GPIO7"], { gap: 24 }),
  ];
  return plugged("panel-hat", [1, 26], face, [
    "It covers pins 1 to 26. Pins 27 to 40 stay free, so buttons and relays stay where they are; door and sensors need an " +
      "extender that brings pins 7 to 20 out, and the printer goes on USB.",
    "Shift registers stand before its controller: take the model whose name ends with -16bit. Its light burns always: leave " +
      "out backlight_line.",
  ]);
}

export function printerSerial() {
  const [rx, tx, ground] = /** @type {const} */ ([170, 280, 390]);
  const node = X + 70;
  const at = X + 230;
  const part = [
    box([at, 120], [160, 320], { fill: "#eaf0fb" }),
    text([at + 86, 226], "printer", { size: 16, bold: true, anchor: "middle" }),
    ...[
      /** @type {const} */ ([rx, "RX"]),
      /** @type {const} */ ([tx, "TX"]),
      /** @type {const} */ ([ground, "GND"]),
    ].map(([y, name]) => text([at + 14, y + 5], name, { bold: true })),
    path([X, rx, at, rx]),
    path([X, tx, node, tx]),
    resistor([node, tx], [at, tx], "1 kΩ"),
    resistor([node, tx], [node, ground], "2 kΩ"),
    joint([node, tx]),
    joint([node, ground]),
    path([X, ground, at, ground]),
    thing([RIGHT - 210, 490], [210, 58], ["its own supply", "as on its plate, 2 A or more"], "#fff3e0"),
    path([at + 50, 490, at + 50, 440], { stroke: "#c62828", thick: 4 }),
    path([at + 110, 490, at + 110, 440], { thick: 4 }),
    text([at + 40, 470], "+", { anchor: "end", bold: true }),
    text([at + 120, 470], "0 V"),
  ];
  return sheet("printer-serial", [rx, tx, ground], part, [
    "For printers with TTL levels. RS-232 (±12 V, a 9-pin plug) destroys the Pi: it takes an adapter on USB and " +
      'port = "serial:/dev/ttyUSB0".',
    "The two resistors bring a printer's 5 V down to 3.3 V. Never feed a printer from the header: it takes 2 A and more while " +
      "it prints. Its supply and the Pi's meet in 0 V, with a thick wire of their own.",
  ]);
}
