import { describe, expect, test } from "vitest";
import { gatewayConfig } from "../../gateway/config.ts";
import { hasCancel } from "../../gateway/config-wires.ts";
import { readConfig } from "../../host/config.ts";
import { sampleToml } from "../../host/sample-toml.ts";

const LEAST = `
[stand]
id = "lobby-1"
name = "Kopi Lobi"
[link]
url = "mqtts://broker.example.id"
[keys]
private_file = "credential:stand-key"
backend_file = "/etc/qris-gateway/backend-keys.json"
[journal]
file = "/var/lib/qris-gateway/journal.sqlite"
[screen]
driver = "simulated"
[pins]
driver = "simulated"
[simulated]
address = "127.0.0.1:7070"
[[products]]
id = "coffee"
name = "Kopi susu"
price = 15000
button = "a1"
line = "slot-1"
`;

const errorsOf = (text: string): readonly string[] => {
  const read = readConfig(text, gatewayConfig);
  return read.is === "good" ? [] : read.errors.map(({ path, problem }) => `${path}: ${problem}`);
};
const changed = (from: string | RegExp, to: string): string => {
  const text = LEAST.replace(from, to);
  if (text === LEAST) throw new Error(`nothing to change at ${from}`);
  return text;
};
const more = (text: string): string => `${LEAST}${text}`;
const second = (more: Readonly<Record<string, string>>): string => {
  const tea = { id: "tea", name: "Teh", button: "a2", line: "slot-2", ...more };
  const lines = Object.entries(tea).map(([name, value]) => `${name} = "${value}"`);
  return `${LEAST}[[products]]\nprice = 5000\n${lines.join("\n")}\n`;
};

/** One more interlock, with what differs from an open door. */
const interlockOf = ({ input = "door", means = "door-open", says }: Readonly<Record<string, string>>): string =>
  `[[interlocks]]\ninput = "${input}"\nmeans = "${means}"\n${says === undefined ? "" : `says = ${says}\n`}`;
const interlocks = (...each: readonly Readonly<Record<string, string>>[]): string =>
  more(each.map(interlockOf).join(""));

test("the least that must be said is enough; the rest has values that work", () => {
  const read = readConfig(LEAST, gatewayConfig);
  if (read.is === "bad") throw new Error(JSON.stringify(read.errors));
  expect(read.config).toMatchObject({
    test_mode: false,
    log_level: "info",
    stand: { zone: "WIB" },
    journal: { keep_days: 90 },
    printer: { driver: "none" },
    prints: { receipt: true },
    buttons: { cancel: "cancel" },
    signals: { lamp_out_of_service: "off" },
    service: { long_press_ms: 3_000, page_seconds: 60 },
    rules: { charge_patience_ms: 20_000, payment_patience_ms: 120_000, grace_ms: 20_000 },
    products: [{ pulse_ms: 500, sensor_window_ms: 5_000 }],
  });
});

test("everything that is wrong is told at once, each with its place", () => {
  const wrong = changed('id = "lobby-1"', 'id = "LOBBY 1"')
    .replace("price = 15000", 'price = "a lot"')
    .replace("mqtts://", "http://")
    .replace("127.0.0.1:7070", "somewhere")
    .replace('[screen]\ndriver = "simulated"', '[screen]\ndriver = "none"');
  const paths = errorsOf(wrong).map((line) => line.split(":")[0]);
  expect(paths.toSorted()).toEqual(["link.url", "products[0].price", "screen.driver", "simulated.address", "stand.id"]);
});

describe("what is refused", () => {
  test.each([
    ["a price of nothing", changed("15000", "0"), "products[0].price"],
    ["a price above what QRIS carries", changed("15000", "10000001"), "products[0].price"],
    ["half a rupiah", changed("15000", "15000.5"), "products[0].price"],
    [
      "a pulse that no relay notices",
      changed('line = "slot-1"', 'line = "slot-1"\npulse_ms = 49'),
      "products[0].pulse_ms",
    ],
    [
      "a pulse that never ends",
      changed('line = "slot-1"', 'line = "slot-1"\npulse_ms = 10001'),
      "products[0].pulse_ms",
    ],
    ["a stand called backend", changed('id = "lobby-1"', 'id = "backend"'), "stand.id"],
    [
      "a driver that there is not",
      changed('[screen]\ndriver = "simulated"', '[screen]\ndriver = "tv"'),
      "screen.driver",
    ],
    ["a key that nobody knows", more("colour = 1\n"), "products[0].colour"],
    [
      "a stand that can show no QR code",
      changed('[screen]\ndriver = "simulated"', '[screen]\ndriver = "none"'),
      "screen.driver",
    ],
    ["printing without a printer", more("[prints]\nqr = true\n"), "prints.qr"],
    ["a password without a user", changed("[keys]", 'password_file = "credential:p"\n[keys]'), "link.username"],
    ["a simulated stand that is nowhere", changed("127.0.0.1:7070", "somewhere"), "simulated.address"],
    ["a stand with nothing to sell and nobody who orders", LEAST.slice(0, LEAST.indexOf("[[products]]")), "products"],
    [
      "products that nobody can press for",
      changed('[pins]\ndriver = "simulated"', '[pins]\ndriver = "none"'),
      "pins.driver",
    ],
    ["an order API on a path that is none", more('[controller]\nsocket = "orders.sock"\n'), "controller.socket"],
    ["a path too long for a socket", more(`[controller]\nsocket = "/${"x".repeat(107)}"\n`), "controller.socket"],
    ["a loopback port without a token", more("[controller.tcp]\nport = 8090\n"), "controller.tcp.token_file"],
    ["two products of one id", second({ id: "coffee" }), "products[1].id"],
    ["two products on one button", second({ button: "a1" }), "products[1].button"],
    ["a product on the cancel button", second({ button: "cancel" }), "products[1].button"],
    ["an interlock that is the cancel button", interlocks({ input: "cancel" }), "interlocks[0].input"],
    ["an interlock that is a product's button", interlocks({ input: "a1" }), "interlocks[0].input"],
    [
      "an interlock that sees goods leave",
      changed('line = "slot-1"', 'line = "slot-1"\nsensor = "chute"') + interlockOf({ input: "chute" }),
      "interlocks[0].input",
    ],
    ["two interlocks on one input", interlocks({}, {}), "interlocks[1].input"],
    [
      "two texts for one meaning",
      interlocks({ says: "{ id = 'Satu' }" }, { input: "lid", says: "{ id = 'Dua' }" }),
      "interlocks[1].says",
    ],
    ["an interlock that means nothing", interlocks({ means: "sad" }), "interlocks[0].means"],
    ["a long press that customers make", more("[service]\nlong_press_ms = 999\n"), "service.long_press_ms"],
    ["a lamp that does something else", more('[signals]\nlamp_out_of_service = "on"\n'), "signals.lamp_out_of_service"],
    ["two sensors on one line", second({ line: "slot-1", sensor: "chute" }), "products[1].sensor"],
    ["no products", `products = []\n${LEAST.split("[[products]]")[0]}`, "products"],
  ])("%s", (_, text, path) => {
    expect(errorsOf(text).map((line) => line.split(": ")[0])).toContain(path);
  });

  test("doors that say so in words of their own are fine, also several of one meaning", () => {
    const says = "{ id = 'Sedang diisi ulang', en = 'Being refilled' }";
    expect(errorsOf(interlocks({ says }, { input: "lid" }, { input: "tilt", means: "tilted" }))).toEqual([]);
  });

  test("a screen on a stand that prints no QR code is fine, and so is a printer without a screen", () => {
    const printerOnly = changed("[screen]", "[printer]");
    expect(errorsOf(printerOnly)).toEqual([]);
    expect(errorsOf(`${printerOnly}[prints]\nqr = false\n`).join()).toContain("the QR code must be printed");
  });
});

describe("on a header", () => {
  const wired = (pins: string): string => changed('[pins]\ndriver = "simulated"', `[pins]\ndriver = "gpio"\n${pins}`);
  const RELAYS = 'relays = [{ name = "slot-1", line = 27 }]';
  const INPUTS = 'inputs = [{ name = "a1", line = 17 }, { name = "cancel", line = 22 }]';

  test("a stand whose every name is a wire's is fine", () => {
    expect(errorsOf(wired(`${RELAYS}\n${INPUTS}`))).toEqual([]);
  });

  test("only a stand whose orders come from a controller may do without a cancel button", () => {
    const bare = wired(RELAYS).replace(
      /\[\[products\]\].*/s,
      '[controller]\nsocket = "/run/qris-gateway/orders.sock"\n',
    );
    const read = readConfig(bare, gatewayConfig);
    expect(read).toMatchObject({ is: "good" });
    expect(read.is === "good" && hasCancel(read.config)).toBe(false);
    const buttoned = readConfig(wired(`${RELAYS}\n${INPUTS}`), gatewayConfig);
    expect(buttoned.is === "good" && hasCancel(buttoned.config)).toBe(true);
  });

  test("every name that hangs on no line is told, and which names do", () => {
    const pins = 'relays = [{ name = "slot-9", line = 27 }]\ninputs = [{ name = "a9", line = 17 }]';
    const more = 'sensor = "chute"\n[signals]\nlamp = "lamp"\n[[interlocks]]\ninput = "door"\nmeans = "door-open"\n';
    const inputs = '[[pins.inputs]] knows "a9"';
    expect(errorsOf(`${wired(pins)}${more}`)).toEqual([
      `products[0].button: "a1" hangs on no line: ${inputs}`,
      'products[0].line: "slot-1" hangs on no line: [[pins.relays]] knows "slot-9"',
      `products[0].sensor: "chute" hangs on no line: ${inputs}`,
      `buttons.cancel: "cancel" hangs on no line: ${inputs}`,
      `interlocks[0].input: "door" hangs on no line: ${inputs}`,
      'signals.lamp: "lamp" hangs on no line: [[pins.outputs]] is missing',
    ]);
  });

  test("a pulse that its relay would refuse is told before anybody pays for it", () => {
    const relays = 'relays = [{ name = "slot-1", line = 27, most_ms = 499 }]';
    expect(errorsOf(wired(`${relays}\n${INPUTS}`))).toEqual([
      `products[0].pulse_ms: 500 ms is longer than the 499 ms that "slot-1" may be closed: shorten it, or raise that relay's most_ms`,
    ]);
    expect(errorsOf(wired(`${relays.replace("499", "500")}\n${INPUTS}`))).toEqual([]);
  });

  test("two things on one line, and two of one name, are told", () => {
    const outputs = 'outputs = [{ name = "lamp", line = 27 }, { name = "lamp", line = 5 }]';
    expect(errorsOf(wired(`${RELAYS}\n${INPUTS}\n${outputs}`))).toEqual([
      'pins.outputs[0].line: 27 is the line of "slot-1"',
      'pins.outputs[1].name: "lamp" is there twice',
    ]);
  });
});

test("a stand whose orders all come from a controller needs no products, no buttons and no relay", () => {
  const bare = `${LEAST.slice(0, LEAST.indexOf("[[products]]"))}[controller]\n`;
  const read = readConfig(bare, gatewayConfig);
  if (read.is === "bad") throw new Error(JSON.stringify(read.errors));
  expect(errorsOf(bare.replace('[pins]\ndriver = "simulated"', '[pins]\ndriver = "none"'))).toEqual([]);
  expect(read.config).toMatchObject({ products: [], controller: { socket: "/run/qris-gateway/orders.sock" } });
});

test("the sample in the guides is made from the schema, and works", async () => {
  const sample = sampleToml(gatewayConfig);
  expect(errorsOf(sample)).toEqual([]);
  await expect(sample).toMatchFileSnapshot("../../docs/gateway.sample.toml");
});
