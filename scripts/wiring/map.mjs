import { carriedText, HEADER, pullAtBoot } from "./header.mjs";
import { PARTS } from "./parts.mjs";
import { box, circle, FAINT, INK, lines, picture, text } from "./svg.mjs";

/**
 * The header once more, with everything that may hang on each pin, and how each line rests until a program takes it.
 *
 * @typedef {import("./parts.mjs").PartName} PartName
 */

const ODD_X = 475;
const EVEN_X = 505;
const TOP = 128;
const PITCH = 29;

/** @type {Readonly<Record<PartName, string>>} */
const SHORT = {
  panel: "panel",
  "panel-hat": "HAT panel",
  "e-paper": "e-paper",
  "printer-serial": "printer",
  buttons: "button",
  relay: "relay",
  "relay-board": "board",
  sensor: "sensor",
  door: "door",
  signals: "signal",
};

/** @param {number} pin */
const usesOf = (pin) =>
  Object.entries(PARTS).flatMap(([name, { wires }]) =>
    wires.filter((wire) => wire.pin === pin).map(({ to }) => `${SHORT[/** @type {PartName} */ (name)]} ${to}`),
  );

/** @param {import("./header.mjs").Carries} carries */
function fillOf(carries) {
  if (carries === "ground") return "#4b515b";
  if (carries === "3.3 V") return "#ffcf8f";
  if (carries === "5 V") return "#f2a3a3";
  return pullAtBoot(carries) === "up" ? "#bfe0c8" : "#c9dcf5";
}

/** @param {import("./header.mjs").HeaderPin} one */
function row({ pin, carries, also }) {
  const isOdd = pin % 2 === 1;
  const y = TOP + (Math.ceil(pin / 2) - 1) * PITCH;
  const side = isOdd ? -1 : 1;
  const x = isOdd ? ODD_X : EVEN_X;
  const anchor = isOdd ? /** @type {const} */ ("end") : /** @type {const} */ ("start");
  const isLine = typeof carries === "number";
  const rests = isLine ? ` ${pullAtBoot(carries) === "up" ? "▲" : "▼"}` : "";
  const uses = usesOf(pin);
  const said = uses.length > 0 ? uses.join(" · ") : also;
  const inPin = { size: 11, bold: true, anchor: /** @type {const} */ ("middle") };
  return [
    circle([x, y], 12, { fill: fillOf(carries), thick: 1 }),
    text([x, y + 4], String(pin), { ...inPin, colour: carries === "ground" ? "#ffffff" : INK }),
    text([x + side * 22, y + 5], `${carriedText(carries)}${rests}`, { bold: true, anchor }),
    isLine && said !== ""
      ? text([x + side * 106, y + 5], said, { size: 12.5, anchor, colour: uses.length > 0 ? INK : FAINT })
      : "",
  ].join("");
}

export const headerMap = () =>
  picture(
    {
      size: [980, TOP + 20 * PITCH + 88],
      title: "The header, and what hangs on it",
      description:
        "Forty pins with their lines, their levels until a program takes them, and the parts of a stand on them.",
    },
    [
      text([490, 88], "pin 1 lies nearest the memory card", { size: 13, colour: FAINT, anchor: "middle" }),
      box([ODD_X - 17, TOP - 19], [64, 20 * PITCH + 10], { fill: "#2b2f36", stroke: "#2b2f36", round: 5 }),
      ...HEADER.map(row),
      lines(
        [28, TOP + 20 * PITCH + 30],
        [
          "▲ pulled up, ▼ pulled down inside, from power-on until a program takes the line. So relays that close when high belong on ▼,",
          "relays that close when low on ▲ (4, 5, 6). GPIO14 goes high while the Pi boots: never a relay. GPIO0 and 1 are for HATs alone.",
        ],
        { size: 14, gap: 20 },
      ),
    ],
  );
