import { PARTS } from "./parts.mjs";
import { board, evenly, RIGHT, sheet, X } from "./sheet.mjs";
import { box, circle, lines, path, text } from "./svg.mjs";
import { coil, contact, diode, ground, joint, mosfet, resistor, thing } from "./symbols.mjs";

/** The sheets of what is pressed, seen and switched. */

const RED = "#c62828";
const SUPPLY = "#fff3e0";

export function buttons() {
  const terminals = evenly(130, 74, 6);
  const bus = X + 340;
  const rows = PARTS.buttons.wires.slice(0, -1).map(({ to }, index) => {
    const y = terminals[index] ?? 0;
    const name = text([X + 120, y - 12], to, { bold: true, anchor: "end" });
    return contact([X, y], [bus, y], { pushed: true }) + name + joint([bus, y]);
  });
  const [top = 0, bottom = 0] = [terminals[0], terminals.at(-1)];
  return sheet(
    "buttons",
    terminals,
    [...rows, path([bus, top, bus, bottom, X, bottom])],
    [
      'Each button joins its line to ground; the resistor that holds the line high is inside the Pi (bias = "up"). One product ' +
        "needs two of them: a1 and cancel.",
      "Wires longer than half a metre, or beside motors: 10 kΩ from the line to 3.3 V and 1 kΩ in the line, both at the header, " +
        "and each wire twisted with its ground.",
    ],
  );
}

export function relay() {
  const [gate, zero] = /** @type {const} */ ([370, 480]);
  const [plus, node] = /** @type {const} */ ([166, 290]);
  const [tap, drain, side] = [X + 110, X + 220, X + 300];
  const part = [
    resistor([X, gate], [tap, gate], "330 Ω"),
    path([tap, gate, drain - 58, gate]),
    joint([tap, gate]),
    resistor([tap, gate], [tap, zero], "10 kΩ"),
    joint([tap, zero]),
    mosfet([drain, gate]),
    lines([drain + 30, gate - 4], ["logic-level", "MOSFET"], { size: 13, gap: 17 }),
    path([drain, gate - 40, drain, node, side, node]),
    path([drain, gate + 40, drain, zero]),
    coil([drain, plus], [drain, node], ["coil of", "lock, relay,", "motor …"]),
    diode([side, plus], [side, node]),
    path([drain, plus, side, plus]),
    lines([side + 22, 220], ["1N4007,", "stripe", "to +"], { size: 13, gap: 17 }),
    path([drain, plus, drain, 128], { stroke: RED, thick: 4 }),
    joint([drain, plus]),
    joint([drain, node]),
    thing([drain - 66, 76], [132, 52], ["+12 V", "behind a fuse"], SUPPLY),
    path([X, zero, drain, zero]),
    path([drain, zero, side, zero], { thick: 4 }),
    joint([drain, zero]),
    thing([side - 10, zero - 26], [RIGHT - side + 10, 52], ["0 V", "of the 12 V"], SUPPLY),
  ];
  return sheet("relay", [gate, zero], part, [
    "The 10 kΩ keep the coil off while no program holds the line. The diode takes what the coil gives back when it opens; " +
      "without it the transistor dies. The MOSFET must switch at 3.3 V (AO3400 or IRLML6344, rated at 2.5 V) and bear the coil's current.",
    "A line gives 16 mA, all of them together 50 mA: never a coil directly. Slots 2 to 4 are the same on pins 36, 38 and 40.",
  ]);
}

export function relayBoard() {
  const terminals = [190, 260, 330, 400];
  const [com, no] = [X + 190, X + 330];
  const part = [
    board("relay-board", terminals),
    thing([X + 200, 76], [150, 52], ["5 V", "of the coils' supply"], SUPPLY),
    path([X + 275, 128, X + 275, 182], { stroke: RED, thick: 4 }),
    circle([X + 275, 186], 5),
    text([X + 290, 191], "JD-VCC", { bold: true }),
    path([X + 66, 186, X + 240, 186], { dashed: true, thick: 1.5 }),
    lines([X + 153, 212], ["jumper taken off"], { size: 13, anchor: "middle" }),
    ...[/** @type {const} */ ([330, "IN1"]), /** @type {const} */ ([400, "IN2"])].map(
      ([y]) =>
        path([X + 60, y, X + 96, y]) +
        box([X + 96, y - 16], [62, 32], { round: 4 }) +
        text([X + 127, y + 5], "opto", { size: 13, anchor: "middle" }),
    ),
    path([X + 158, 330, X + 176, 330], { dashed: true, thick: 1.5 }),
    contact([com, 330], [no, 330]),
    text([com + 10, 354], "COM", { size: 13 }),
    text([no - 10, 354], "NO", { size: 13, anchor: "end" }),
    path([com, 330, com, 480], { stroke: RED, thick: 4 }),
    path([no, 330, no, 480], { stroke: RED, thick: 4 }),
    thing([com - 80, 480], [150, 54], ["load's supply", "+, behind a fuse"], SUPPLY),
    thing([no - 60, 480], [120, 54], ["load's +", "lock, gate …"]),
  ];
  return sheet("relay-board", terminals, part, [
    "active_low = true, and only on GPIO4, 5 or 6: these are pulled up from power-on until the stand starts. GPIO9 to 27 are " +
      "pulled down, which such a board may take for an order to close. A lock or motor at the contact needs its diode too.",
    "Better: a board that can be set to trigger on high (H), with active_low = false, on GPIO12, 16, 20 or 21. One that will " +
      "not close at 3.3 V is not made for a Pi: take another, do not give VCC 5 V.",
  ]);
}

export function sensor() {
  const [out, pull, zero] = /** @type {const} */ ([240, 330, 430]);
  const at = X + 210;
  const part = [
    box([at, 160], [RIGHT - at, 310], { fill: "#eaf0fb" }),
    text([at + 14, 195], "brown: +", { size: 13, bold: true }),
    text([at + 14, out + 5], "black: output", { size: 13, bold: true }),
    text([at + 14, zero + 5], "blue: 0 V", { size: 13, bold: true }),
    lines([(at + RIGHT) / 2, 310], ["light barrier,", "inductive sensor …", "NPN, normally open"], {
      size: 13,
      anchor: "middle",
      gap: 18,
    }),
    path([at, 190, X + 160, 190, X + 160, 102, at, 102], { stroke: "#7a4a21", thick: 4 }),
    thing([at, 76], [RIGHT - at, 52], ["+5 to +24 V", "as the sensor says"], SUPPLY),
    path([X, out, at, out]),
    path([X, pull, X + 80, pull]),
    resistor([X + 80, pull], [X + 80, out], "10 kΩ"),
    joint([X + 80, out]),
    path([X, zero, at, zero]),
    joint([X + 140, zero]),
    path([X + 140, zero, X + 140, 526, at, 526], { thick: 4 }),
    thing([at, 500], [RIGHT - at, 52], ["0 V", "of the sensor's supply"], SUPPLY),
  ];
  return sheet("sensor", [out, pull, zero], part, [
    "Only outputs that pull to ground (NPN, open collector): then no more than 3.3 V reach the line, whatever feeds the sensor. " +
      "A PNP output sends its 12 or 24 V into the Pi and destroys it: put an optocoupler between.",
    "A plain switch goes from the line to 0 V. Further sensors: pins 16, 18 and 11, each with its 10 kΩ.",
  ]);
}

export function door() {
  const [line, zero] = /** @type {const} */ ([230, 350]);
  const at = X + 110;
  const part = [
    box([X + 60, 160], [260, 250], { fill: "#eaf0fb", round: 10 }),
    text([X + 190, 190], "switch at the door's frame", { bold: true, anchor: "middle" }),
    path([X, line, at, line, at, 266]),
    path([X, zero, at, zero, at, 314]),
    circle([at, 268], 4),
    circle([at, 312], 4),
    path([at + 5, 262, at + 5, 318], { thick: 3 }),
    path([at + 5, 290, at + 70, 290], { dashed: true }),
    thing([at + 70, 262], [110, 56], ["door", "closed"]),
  ];
  return sheet("door", [line, zero], part, [
    "The contact that is closed while the door is: the NO of a micro switch that the door presses, or a reed contact at its " +
      "magnet. A cut or pulled wire then reads as an open door, and the stand goes out of service.",
  ]);
}

export function signals() {
  const rows = [/** @type {const} */ ([270, "lamp"]), /** @type {const} */ ([430, "buzzer"])];
  const [drain, load, plus] = [X + 150, X + 200, RIGHT - 76];
  const part = rows.flatMap(([gate, name]) => [
    resistor([X, gate], [drain - 58, gate], "330 Ω"),
    mosfet([drain, gate]),
    ground([drain, gate + 40]),
    path([drain, gate - 40, drain, gate - 60, load, gate - 60]),
    thing([load, gate - 86], [84, 52], [name]),
    path([load + 84, gate - 60, plus, gate - 60], { stroke: RED, thick: 4 }),
    thing([plus, gate - 86], [76, 52], ["+12 V", "fuse"], SUPPLY),
  ]);
  const zero = [
    path([X, 120, X + 230, 120]),
    thing([X + 230, 94], [RIGHT - X - 230, 52], ["0 V", "of the 12 V"], SUPPLY),
  ];
  return sheet(
    "signals",
    [120, ...rows.map(([gate]) => gate)],
    [...part, ...zero],
    [
      "A lamp of 12 V and a buzzer that sounds by itself (active), each behind a MOSFET. What rattles or moves has a coil and needs " +
        "its diode, as a relay does. A small LED hangs on the line itself: 330 Ω, then the LED, then ground.",
      "Steady light: ready; blinking: at work; dark, or one flash every three seconds: out of service.",
    ],
  );
}
