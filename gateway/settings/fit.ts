import type { Settings } from "../../protocol/settings.ts";
import { type GatewayConfig, tradeIssues } from "../config.ts";

export type Fitted =
  /** The configuration that the stand would have, were these written in it. */
  | { readonly is: "fits"; readonly config: GatewayConfig }
  /** In words, at most 200 characters. */
  | { readonly is: "refused"; readonly because: string };

/** Whether a stand with these wires could sell by these settings: by the very rules that its configuration is judged by. */
export function fitTo(settings: Settings, config: GatewayConfig): Fitted {
  const candidate = configWith(settings, config);
  const issues = tradeIssues(candidate);
  if (issues.length === 0) return { is: "fits", config: candidate };
  const said = issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  return { is: "refused", because: said.length > WORDS_MAX ? `${said.slice(0, WORDS_MAX - 2)} …` : said };
}

const WORDS_MAX = 200;

function configWith({ products, rules, texts }: Settings, config: GatewayConfig): GatewayConfig {
  const { name, site, says = {} } = texts;
  return {
    ...config,
    stand: { ...config.stand, name, ...(site === undefined ? {} : { site }) },
    rules: {
      charge_patience_ms: rules.chargePatienceMs,
      payment_patience_ms: rules.paymentPatienceMs,
      grace_ms: rules.graceMs,
    },
    products: products.map(({ pulseMs, sensorWindowMs, sensor, ...product }) => ({
      ...product,
      pulse_ms: pulseMs,
      sensor_window_ms: sensorWindowMs,
      ...(sensor === undefined ? {} : { sensor }),
    })),
    ...(config.interlocks === undefined ? {} : { interlocks: withWords(config.interlocks, says) }),
  };
}

type Interlocks = NonNullable<GatewayConfig["interlocks"]>;

/** One meaning, one text: the first switch of a meaning bears its words. */
const withWords = (interlocks: Interlocks, says: NonNullable<Settings["texts"]["says"]>): Interlocks =>
  interlocks.map((interlock, place) => {
    const own = says[interlock.means];
    if (own === undefined) return interlock;
    const { says: _, ...bare } = interlock;
    const first = interlocks.findIndex(({ means }) => means === interlock.means);
    return first === place ? { ...bare, says: own } : bare;
  });
