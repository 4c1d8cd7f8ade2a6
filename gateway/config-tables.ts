import { z } from "zod";
import { readStandAddress } from "../device/simulated/cable.ts";
import { QRIS_MAX, type Rupiah } from "../protocol/rupiah.ts";
import { bounds, meanings, NAME } from "../protocol/settings.ts";
import { standIdSchema } from "../protocol/statements.ts";
import { zones } from "../protocol/wall-text.ts";
import { pinsOptions, printerOptions, screenOptions } from "./devices.ts";

/** The tables and keys of the stand's configuration. Secrets are named by file, or as `credential:NAME` of systemd, never written there. */

const name = z.string().regex(NAME, "1 to 32 of a-z, 0-9 and -, beginning with a letter or digit");
const place = z.string().min(1).max(4096);
const lengthMs = (least: number, most: number) => z.int().min(least).max(most);
const boundedMs = (of: keyof typeof bounds) => lengthMs(bounds[of][0], bounds[of][1]);

const stand = z.strictObject({
  id: standIdSchema
    .describe("Names this stand to the backend and in the broker's topics; the backend must know it.")
    .meta({ example: "lobby-1" }),
  name: z.string().min(1).max(40).describe("What customers read above the menu.").meta({ example: "Kopi Lobi" }),
  site: z.string().max(100).optional().describe("Where it stands, for the operator.").meta({ example: "Bandung" }),
  zone: z.enum(zones).default("WIB").describe("Indonesia's zone of the times on receipts."),
});

const link = z.strictObject({
  url: z
    .url({ protocol: /^mqtts?$/ })
    .describe("The broker.")
    .meta({ example: "mqtts://broker.example.id:8883" }),
  username: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("This stand's account at the broker.")
    .meta({ example: "lobby-1" }),
  password_file: place.optional().describe("Its password.").meta({ example: "credential:broker-password" }),
  ca_file: place
    .optional()
    .describe("Who signed the broker's certificate, when no public authority did.")
    .meta({ example: "/etc/qris-gateway/broker-ca.pem" }),
  cert_file: place
    .optional()
    .describe("This stand's certificate for the broker; read anew whenever it connects, so it is renewed in place.")
    .meta({ example: "/etc/qris-gateway/broker-cert.pem" }),
  key_file: place
    .optional()
    .describe("The key of that certificate, PEM; readable by the daemon's user only.")
    .meta({ example: "/etc/qris-gateway/broker-key.pem" }),
});

const keys = z.strictObject({
  private_file: place
    .describe("This stand's private key, PKCS #8 in PEM. It never leaves this machine.")
    .meta({ example: "credential:stand-key" }),
  backend_file: place
    .describe("The backend's public keys, a JWK set. Only what they have sealed opens anything here.")
    .meta({ example: "/etc/qris-gateway/backend-keys.json" }),
});

const journal = z.strictObject({
  file: place
    .describe("On a disk that survives a power cut, in a folder of the daemon's own.")
    .meta({ example: "/var/lib/qris-gateway/journal.sqlite" }),
  keep_days: z.int().min(1).max(3650).default(90).describe("How long finished orders are kept."),
});

const enrolment = z
  .strictObject({
    folder: z
      .string()
      .regex(/^\/[^\0]{1,4000}$/, "an absolute path")
      .default("/var/lib/qris-gateway/identity")
      .describe("Where `gateway enroll` puts what it brought home; the daemon renews its certificate there."),
  })
  .optional()
  .describe(
    "Lets `gateway enroll` say who this stand is: id, link and keys need not stand here, and the menu comes from the backend.",
  );

const product = z.strictObject({
  id: name.describe("Names it to the backend.").meta({ example: "coffee" }),
  name: z.string().min(1).max(50).describe("What customers read.").meta({ example: "Kopi susu" }),
  price: z
    .int()
    .min(1)
    .max(QRIS_MAX)
    .transform((whole) => whole as Rupiah)
    .describe("Whole rupiah.")
    .meta({ example: 15000 }),
  button: name.describe("Which button asks for it.").meta({ example: "a1" }),
  line: name.describe("Which relay lets it out.").meta({ example: "slot-1" }),
  pulse_ms: boundedMs("pulseMs").default(500).describe("How long the relay is closed."),
  sensor: name.optional().describe("Which input sees it leave; without one nobody knows.").meta({ example: "chute" }),
  sensor_window_ms: boundedMs("sensorWindowMs")
    .default(5_000)
    .describe("How long after the pulse it may take to be seen."),
});

const prints = z
  .strictObject({
    qr: z
      .boolean()
      .optional()
      .describe("Print the QR code. Default: only where there is no screen.")
      .meta({ example: true }),
    receipt: z.boolean().default(true).describe("Print a receipt, where there is a printer."),
  })
  .prefault({});

const rules = z
  .strictObject({
    charge_patience_ms: boundedMs("chargePatienceMs")
      .default(20_000)
      .describe("How long a customer waits for the QR code."),
    payment_patience_ms: boundedMs("paymentPatienceMs")
      .default(120_000)
      .describe("How long a customer may take to pay."),
    grace_ms: boundedMs("graceMs")
      .default(20_000)
      .describe("Money that comes so soon after a cancel or the end of the time still opens; 0 = never."),
  })
  .prefault({});

const interlock = z.strictObject({
  input: name
    .describe("Which input it hangs on. Wire it so that a broken wire reads as active.")
    .meta({ example: "door" }),
  means: z.enum(meanings).describe("What customers and the backend are told while it is active."),
  says: z
    .strictObject({
      id: z.string().min(1).max(60).meta({ example: "Sedang diisi ulang" }),
      en: z.string().min(1).max(60).optional().meta({ example: "Being refilled" }),
    })
    .optional()
    .describe("Words of your own for customers, in Indonesian and English."),
});

const signals = z
  .strictObject({
    lamp: name
      .optional()
      .describe("Which output is on while the stand would sell, and blinks while it serves a customer.")
      .meta({ example: "lamp" }),
    buzzer: name
      .optional()
      .describe("Which output sounds when a press is taken and when the money is there, and for long in trouble.")
      .meta({ example: "buzzer" }),
    lamp_out_of_service: z
      .enum(["off", "blink"])
      .default("off")
      .describe("What the lamp does out of service; blink is a short flash every three seconds."),
  })
  .prefault({});

const service = z
  .strictObject({
    long_press_ms: lengthMs(1_000, 10_000)
      .default(3_000)
      .describe("How long the cancel button is held down for the service page, or slip."),
    page_seconds: z.int().min(10).max(600).default(60).describe("How long the page stays after the last press."),
  })
  .prefault({});

const controller = z
  .strictObject({
    socket: z
      .string()
      .regex(/^\/[^\0]{1,106}$/, "an absolute path of at most 107 characters")
      .default("/run/qris-gateway/orders.sock")
      .describe("The unix socket. Whoever may order is put into the daemon's group."),
    tcp: z
      .strictObject({
        port: z.int().min(1).max(65_535).describe("On 127.0.0.1 only.").meta({ example: 8090 }),
        token_file: place
          .describe("What callers say as Authorization: Bearer …; at least 24 characters.")
          .meta({ example: "credential:controller-token" }),
      })
      .optional()
      .describe("For a controller that knows no unix sockets."),
  })
  .optional()
  .describe(
    "Lets a vending controller, a barrier or a kiosk order here: see docs/controller.md. Without this table nobody can.",
  );

export const configTables = z.strictObject({
  test_mode: z
    .boolean()
    .default(false)
    .describe(
      "Says TEST MODE on every page and slip. QR codes of the provider's sandbox can take real money all the same.",
    ),
  log_level: z.enum(["debug", "info", "warn", "error"]).default("info").describe("How much goes to the log."),
  stand,
  link,
  keys,
  enrolment,
  journal,
  screen: screenOptions
    .prefault({ driver: "none" })
    .describe("What shows the pages.")
    .meta({ example: { driver: "simulated" } }),
  printer: printerOptions.prefault({ driver: "none" }).describe("What prints QR codes and receipts."),
  pins: pinsOptions.describe("What relays, buttons, sensors, switches, lamps and buzzers hang on."),
  prints,
  interlocks: z
    .array(interlock)
    .max(8)
    .optional()
    .describe(
      "Switches that take the stand out of service while they are active: nothing is sold, and no relay closes.",
    ),
  signals,
  service,
  buttons: z.strictObject({ cancel: name.default("cancel").describe("Which button ends an order.") }).prefault({}),
  rules,
  products: z
    .array(product)
    .max(60)
    .prefault([])
    .describe("What this stand sells, in the order of the menu. None where a controller begins all orders."),
  controller,
  simulated: z
    .strictObject({
      address: z
        .string()
        .refine((text) => readStandAddress(text) !== undefined, "no address: a host, a colon and a port")
        .default("127.0.0.1:7070")
        .describe("Where the simulated stand listens for its daemon."),
    })
    .prefault({})
    .describe("Only for drivers called simulated."),
});
