import type { StandNews } from "../../device/simulated/shape.ts";
import { PRODUCTS } from "./goods.ts";
import type { LogLine } from "./log-line.ts";
import type { Told } from "./timeline.ts";

type Said = Pick<Told, "words" | "detail" | "tone" | "minor" | "to"> & Partial<Pick<Told, "from">>;

/** What the daemon's log says, for a person. */
export function tellStandLine({ level, what, facts }: LogLine): Told | undefined {
  const said = standStep(what, facts) ?? standWord(what, facts) ?? loud(level, what, facts);
  if (said === undefined) return undefined;
  const order = facts["order"];
  return { chapter: "stand", from: "stand", ...said, ...(typeof order === "string" ? { order } : {}) };
}

/** `from the state before + event` is told apart only where it matters. */
function standStep(what: string, { event, to, from, amount }: LogLine["facts"]): Said | undefined {
  if (what !== "step") return undefined;
  const said = STEPS[`${event}>${to}`] ?? STEPS[String(event)];
  const path = `${from} → ${to}`;
  if (said === undefined) return { words: String(event), detail: path };
  return event === "begun"
    ? { ...said, detail: `Rp ${amount}, ${path}`.replace(/(\d)(\d{3}),/, "$1.$2,") }
    : { ...said, detail: path };
}

const STEPS: Readonly<Record<string, Said>> = {
  begun: { words: "Order begun: asks for a QR code" },
  "offered>awaiting": { words: "QR code checked: on the screen" },
  "offered>closing": { words: "QR code is not what was ordered: not shown", tone: "bad" },
  refused: { words: "No charge to be had: order closed", tone: "warn" },
  "cancel-pressed": { words: "Cancelled: QR code gone, order to be voided" },
  "interlock-tripped": { words: "Door opened: QR code gone, order to be voided", tone: "warn" },
  deadline: { words: "Time is up: QR code gone, order to be voided" },
  rebooted: { words: "Order from before the power cut: to be voided" },
  "not-shown": { words: "QR code cannot be shown: order to be voided", tone: "bad" },
  "settled>releasing": { words: "Money arrived, seal is good: opens", tone: "good" },
  "settled>troubled": { words: "Money arrived too late or too little: owed", tone: "bad" },
  "released>delivered": { words: "Delivered: thank you", tone: "good" },
  "not-released": { words: "Paid, not surely delivered: owed, staff is told", tone: "bad" },
  voided: { words: "Order closed: nobody can pay it any more" },
  remedied: { words: "Customer was helped elsewhere" },
  "release-ordered": { words: "Staff lets it out after all" },
};

function standWord(what: string, facts: LogLine["facts"]): Said | undefined {
  switch (what) {
    case "ignored":
      return { words: `Ignored: ${facts["event"]}`, detail: String(facts["because"]), minor: true };
    case "pressed":
      return pressed(facts["became"]);
    case "printed":
      return { words: "Receipt printed" };
    case "not printed":
      return { words: "Receipt not printed", detail: String(facts["because"]), tone: "warn" };
    case "interlock tripped":
    case "interlock clear again":
      return { words: what, detail: String(facts["means"]), minor: true };
    case "service page":
      return { words: facts["open"] === true ? "Service page on the screen" : "Service page closed" };
    case "test print":
      return { words: "Test strip", detail: String(facts["became"]) };
    case "readiness":
      return readiness(facts["obstacles"]);
    case "connected to the broker":
      return { words: "Connected to the broker", to: "broker" };
    case "link down":
      return { words: "Lost the broker", to: "broker", detail: short(facts["because"]), tone: "warn" };
    case "not connected to the broker":
      return { words: "No connection", to: "broker", detail: again(facts["pause"]), minor: true };
    case "ready":
      return { words: "Daemon is up", detail: "its journal is open", tone: "good" };
    case "release ended":
    case "ending":
    case "ended":
      return { words: what, minor: true };
    default:
      return undefined;
  }
}

function pressed(became: unknown): Said | undefined {
  if (became === "begun" || became === "service") return undefined;
  if (became === "busy") return { words: "Button pressed: an order is in front already", minor: true };
  const obstacles = typeof became === "object" && became !== null && "obstacles" in became ? became.obstacles : [];
  return { words: "Button pressed: does not sell now", detail: listOf(obstacles), tone: "warn" };
}

const readiness = (obstacles: unknown): Said =>
  listOf(obstacles) === ""
    ? { words: "Ready to sell", minor: true }
    : { words: "Out of service", detail: listOf(obstacles), tone: "warn" };

const listOf = (list: unknown): string => (Array.isArray(list) ? list.join(", ") : "");
export const short = (value: unknown): string => String(value).slice(0, 90);
export const again = (pause: unknown): string =>
  typeof pause === "number" ? `tries again in ${(pause / 1_000).toFixed(1)} s` : "tries again";

/** What nobody translated is still worth a line when it is a warning or worse. */
export function loud(level: LogLine["level"], what: string, facts: LogLine["facts"]): Said | undefined {
  if (level !== "warn" && level !== "error") return undefined;
  const because = facts["because"] ?? facts["detail"] ?? "";
  return { words: what, detail: short(because), tone: level === "error" ? "bad" : "warn" };
}

/** What can be seen and heard at the stand itself. */
export function tellStandNews(news: StandNews): Told | undefined {
  const stand = { chapter: "stand", from: "stand" } as const;
  switch (news.is) {
    case "pressed":
      return { chapter: "stand", from: "customer", to: "stand", ...press(news) };
    case "relay":
      return news.closed
        ? { ...stand, words: `Relay ${news.line} closes`, order: news.order, tone: "good" }
        : { ...stand, words: `Relay ${news.line} opens`, order: news.order, minor: true };
    case "sensed":
      return { ...stand, words: "Chute sensor saw something fall", minor: true };
    case "printed":
      return news.ended === "printed" ? undefined : { ...stand, words: "Paper stopped half way", tone: "warn" };
    case "printer":
      return { ...stand, words: `Printer: paper ${news.paper}, cover ${news.cover}`, minor: true };
    case "held":
      return { ...stand, words: held(news), minor: true };
    case "screen":
    case "output":
      return undefined;
  }
}

const held = ({ name, active }: { readonly name: string; readonly active: boolean }): string =>
  name === "door" ? `Door ${active ? "opened" : "closed"}` : `${name} ${active ? "held" : "let go"}`;

function press({ name, heard }: { readonly name: string; readonly heard: boolean }): Said {
  const product = PRODUCTS.find(({ button }) => button === name);
  const words = product === undefined ? `Presses ${name}` : `Presses ${product.name}`;
  return heard ? { words } : { words, detail: "nobody listens: the daemon is not up", tone: "warn" };
}
