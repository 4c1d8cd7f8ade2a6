import { box, FAINT, lines, path, picture, text } from "./svg.mjs";
import { coil, thing } from "./symbols.mjs";

/** A whole stand: what hangs on what, who feeds whom, and the one ground. */

const RED = "#c62828";
const BLUE = "#1f6fd0";
const GREEN = "#2e8b57";
const PURPLE = "#7b3fa0";

/**
 * A cable between two things, with its name above.
 * @param {readonly number[]} points
 * @param {string} stroke
 * @param {readonly [x: number, y: number, words: string, anchor?: "start" | "middle" | "end"]} label
 */
const cable = (points, stroke, [x, y, words, anchor = "middle"]) =>
  path(points, { stroke, thick: 4 }) + text([x, y], words, { size: 12.5, anchor, colour: FAINT });

const SIGNALS = [
  thing([40, 92], [210, 92], ["panel", "ST7789, ILI9341 …", "shows menu and QR code"], "#eaf0fb"),
  thing([40, 226], [210, 74], ["buttons", "a1 … and cancel"], "#eaf0fb"),
  thing([40, 342], [210, 74], ["sensors, door switch", "each from its line to ground"], "#eaf0fb"),
  cable([250, 138, 340, 138, 340, 190, 390, 190], BLUE, [262, 128, "8 wires", "start"]),
  cable([250, 263, 390, 263], BLUE, [262, 253, "1 each, and ground", "start"]),
  cable([250, 379, 340, 379, 340, 336, 390, 336], BLUE, [262, 398, "1 each, and ground", "start"]),
];

const MIDDLE = [
  box([390, 140], [200, 250], { fill: "#e7f1ea", stroke: "#9dbfaa", round: 12 }),
  text([490, 236], "Raspberry Pi", { size: 19, bold: true, anchor: "middle" }),
  lines([490, 264], ["qris-gateway", "journal on its card", "this stand's key"], { anchor: "middle", gap: 20 }),
];

const RIGHT = [
  thing([690, 86], [250, 62], ["network", "broker, backend, time"], "#f3ecfa"),
  cable([590, 170, 640, 170, 640, 117, 690, 117], PURPLE, [632, 107, "Ethernet, Wi-Fi", "end"]),
  thing([690, 172], [100, 70], ["MOSFET", "or board"], "#eaf0fb"),
  cable([590, 207, 690, 207], BLUE, [640, 197, "GPIO12"]),
  coil([890, 207], [890, 330], ["coil: lock,", "relay, motor"]),
  path([790, 207, 890, 207], { thick: 3 }),
  thing([690, 318], [130, 74], ["printer", "58 or 80 mm"], "#eaf0fb"),
  cable([590, 355, 690, 355], BLUE, [640, 345, "USB"]),
];

const POWER = [
  thing([390, 470], [200, 62], ["5.1 V supply", "3 A; for a Pi 5, 5 A"], "#fff3e0"),
  cable([490, 470, 490, 390], RED, [500, 436, "its own plug", "start"]),
  thing([655, 470], [140, 62], ["its supply", "as on its plate"], "#fff3e0"),
  cable([725, 470, 725, 392], RED, [735, 436, "2 A and more", "start"]),
  thing([826, 470], [128, 62], ["12 V supply", "for the coils"], "#fff3e0"),
  path([890, 470, 890, 330], { stroke: RED, thick: 4 }),
  box([881, 384], [18, 34], { round: 3 }),
  text([908, 405], "fuse", { size: 12.5 }),
  path([40, 492, 80, 492], { stroke: BLUE, thick: 4 }),
  text([92, 497], "blue: signals, 3.3 V", { size: 13 }),
  path([40, 520, 80, 520], { stroke: RED, thick: 4 }),
  text([92, 525], "red: supplies", { size: 13 }),
  path([40, 548, 80, 548], { stroke: GREEN, thick: 4 }),
  text([92, 553], "green: ground", { size: 13 }),
  path([40, 576, 80, 576], { stroke: PURPLE, thick: 4 }),
  text([92, 581], "purple: network", { size: 13 }),
];

const GROUND = [
  path([490, 532, 490, 578], { stroke: GREEN, thick: 4 }),
  path([725, 532, 725, 578], { stroke: GREEN, thick: 4 }),
  path([890, 532, 890, 578], { stroke: GREEN, thick: 4 }),
  box([430, 578], [524, 30], { fill: "#dff0e4", stroke: GREEN, round: 6 }),
  text([692, 598], "one common 0 V: a thick wire from each supply to one point", { size: 14, anchor: "middle" }),
];

export const overview = () =>
  picture(
    {
      size: [980, 690],
      title: "A whole stand",
      description:
        "Panel, buttons, sensors and door switch on the left of a Raspberry Pi; network, printer on USB and a transistor with a " +
        "coil on its right; below three supplies, one each for the Pi, the printer and the coils, with one common ground.",
    },
    [
      ...SIGNALS,
      ...MIDDLE,
      ...RIGHT,
      ...POWER,
      ...GROUND,
      lines(
        [40, 640],
        [
          "Three supplies, for a printer takes 2 A and more for a moment, and a coil that opens gives a kick: on the Pi's own supply either of",
          "them restarts it in the middle of a sale. The current of printer and coils never flows through the Pi's header or its USB ground.",
        ],
        { size: 14, gap: 20 },
      ),
    ],
  );
