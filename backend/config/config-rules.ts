import { addressList } from "../../host/addresses.ts";
import { type BrokerLink, brokerLinkIssues, linkIssues } from "../../host/broker-files.ts";
import { nearestName } from "../../host/config-errors.ts";
import { type Complaint, complaint, type Rule } from "../../host/config-rules.ts";
import { ENROL_PATH, RENEW_PATH } from "../../protocol/enrolment.ts";
import type { StandId } from "../../protocol/ids.ts";
import { type AlarmsConfig, alarmsIssues } from "../alarms/config.ts";
import { type ConsoleConfig, wrongWithConsole } from "../console/config.ts";
import { type CoreConfig, type MerchantConfig, notificationPathOf } from "../merchants/config.ts";
import { type MetricsConfig, wrongWithMetrics } from "../metrics/config.ts";
import type { MerchantId } from "../providers/provider.ts";

/** What must fit together in the backend's configuration. */

/** As much of it as the rules look at. */
type Whole = {
  readonly http: Readonly<Record<"notification_sources" | "trusted_proxies", readonly string[]>> & {
    readonly host: string;
  };
  readonly pay?: object | undefined;
  readonly enrolment?: object | undefined;
  readonly console?: ConsoleConfig | undefined;
  readonly metrics?: MetricsConfig | undefined;
  readonly link: BrokerLink;
  readonly broker_access?: (Omit<BrokerLink, "url"> & { readonly url?: string | undefined }) | undefined;
  readonly alarms: AlarmsConfig;
  readonly merchants: readonly MerchantConfig[];
  readonly stands: readonly StandConfig[];
};
type StandConfig = { readonly id: StandId; readonly key: unknown; readonly merchant?: MerchantId | undefined };

/** What the backend itself answers at. */
const OWN_PATHS = ["/healthz", "/readyz", ENROL_PATH, RENEW_PATH];

/** Whose stands those are that name no merchant: the only one's that sells. */
export function usualMerchant(merchants: readonly MerchantConfig[]): MerchantId | undefined {
  const selling = sellingOf(merchants);
  return selling.length === 1 ? selling[0] : undefined;
}

const sellingOf = (merchants: readonly MerchantConfig[]): readonly MerchantId[] => [
  ...new Set(merchants.filter(({ retired }) => !retired).map(({ name }) => name)),
];

export const rules: readonly Rule<Whole>[] = [
  { on: ["http"], judge: unreachable },
  { on: ["http", "pay", "enrolment"], judge: crowded },
  { on: ["console"], judge: wrongWithConsole },
  { on: ["metrics"], judge: wrongWithMetrics },
  { on: ["link"], judge: brokerLinkIssues },
  { on: ["link", "broker_access"], judge: crowdedAccess },
  { on: ["alarms"], judge: alarmsIssues },
  { on: ["merchants"], judge: ({ merchants }) => [...doubled(merchants), ...crossed(merchants)] },
  { on: ["merchants", "stands", "enrolment"], judge: (config) => [...misled(config), ...idle(config)] },
  { on: ["stands"], judge: ({ stands }) => torn(stands) },
];

/** Whoever listens on this machine alone hears a proxy, and nobody else. */
function unreachable({ http }: Whole): readonly Complaint[] {
  const sources = http.notification_sources;
  if (sources.length === 0 || !hearsNamelessProxy(http)) return [];
  return addressList(sources)("127.0.0.1") ? [] : [NAME_THE_PROXY];
}

/** Mosquitto makes the client id of the name: two connections by one name throw each other out, for ever. */
function crowdedAccess({ link, broker_access: access }: Whole): readonly Complaint[] {
  if (access === undefined) return [];
  const whole = { ...access, url: access.url ?? link.url };
  const isShared = access.cert_file !== undefined && access.cert_file === link.cert_file;
  const shared = complaint("is that of link, too: make one for this connection alone", "broker_access", "cert_file");
  return [...linkIssues(whole, "broker_access"), ...(isShared ? [shared] : [])];
}

/** All who come through one proxy would share the bound of one address. */
function crowded({ http, pay, enrolment }: Whole): readonly Complaint[] {
  return (pay ?? enrolment) !== undefined && hearsNamelessProxy(http) ? [NAME_THE_PROXY] : [];
}

function hearsNamelessProxy({ host, trusted_proxies: proxies }: Whole["http"]): boolean {
  const isHere = addressList(["127.0.0.0/8", "::1"]);
  return proxies.length === 0 && (isHere(host) || host === "localhost");
}

const NAME_THE_PROXY = complaint(
  "is empty: only a proxy on this machine reaches host, so name it",
  "http",
  "trusted_proxies",
);

function doubled(merchants: readonly MerchantConfig[]): readonly Complaint[] {
  return merchants.flatMap((merchant, nth) => {
    const before = merchants.slice(0, nth);
    const path = notificationPathOf(merchant);
    if (before.some(({ name }) => name === merchant.name)) {
      return [complaint(`"${merchant.name}" is there twice: each merchant has its own name`, "merchants", nth, "name")];
    }
    const taken = OWN_PATHS.includes(path) || before.some((other) => notificationPathOf(other) === path);
    return taken ? [complaint(`${path} is taken already`, "merchants", nth, "notification_path")] : [];
  });
}

/** Keys of one merchant that do not go together. */
const crossed = (merchants: readonly MerchantConfig[]): readonly Complaint[] =>
  merchants.flatMap((merchant, nth) =>
    contradictions(merchant).map(([key, message]) => complaint(message, "merchants", nth, key)),
  );

function contradictions(merchant: MerchantConfig): readonly (readonly [key: string, message: string])[] {
  const found: (readonly [string, string] | false)[] = [
    merchant.min_amount > merchant.max_amount && ["min_amount", "is more than max_amount"],
  ];
  if (merchant.api !== "snap") found.push(...coreContradictions(merchant));
  return found.filter((each) => each !== false);
}

const coreContradictions = (merchant: CoreConfig): readonly (readonly [string, string] | false)[] => [
  merchant.payment_type === "gopay" &&
    merchant.acquirer !== "gopay" && ["acquirer", 'must be "gopay": the payment type gopay has no other'],
  merchant.notification_urls.length > 0 &&
    merchant.append_notification_urls.length > 0 && [
      "append_notification_urls",
      "cannot be there beside notification_urls: Midtrans takes one or the other",
    ],
];

/** Stands whose merchant nobody knows. */
function misled({ merchants, stands }: Whole): readonly Complaint[] {
  const selling = sellingOf(merchants);
  return stands.flatMap(({ merchant }, nth) => {
    const message = wrongWith(merchant, merchants, selling);
    return message === undefined ? [] : [complaint(message, "stands", nth, "merchant")];
  });
}

function wrongWith(
  name: string | undefined,
  merchants: readonly MerchantConfig[],
  selling: readonly string[],
): string | undefined {
  if (name === undefined) return selling.length === 1 ? undefined : `is missing: write one of ${namesOf(selling)}`;
  if (selling.some((known) => known === name)) return undefined;
  if (merchants.some((known) => known.name === name)) return `"${name}" is retired: write one of ${namesOf(selling)}`;
  const meant = nearestName(name, selling);
  const hint = meant === undefined ? `known are ${namesOf(selling)}` : `did you mean ${meant}?`;
  return `"${name}" is no merchant here; ${hint}`;
}

const namesOf = (selling: readonly string[]): string =>
  selling.length === 0 ? "[[merchants]] that are not retired, of which there are none" : selling.join(", ");

/** A merchant that no stand sells for was forgotten, or should say that it is retired. */
function idle({ merchants, stands, enrolment }: Whole): readonly Complaint[] {
  if (stands.length === 0 || enrolment !== undefined) return [];
  const usual = usualMerchant(merchants);
  const served = new Set(stands.map(({ merchant }) => merchant ?? usual));
  return sellingOf(merchants)
    .filter((name) => !served.has(name))
    .map((name) => {
      const nth = merchants.findIndex((merchant) => merchant.name === name);
      return complaint(
        `no stand sells for "${name}": name it in a stand, or write retired = true`,
        "merchants",
        nth,
        "name",
      );
    });
}

/** A stand with two keys is there twice, and is one stand all the same. */
function torn(stands: readonly StandConfig[]): readonly Complaint[] {
  return stands.flatMap((stand, nth) => {
    const first = stands.findIndex(({ id }) => id === stand.id);
    const other = stands[first];
    if (other === undefined || sameButKey(stand, other)) return [];
    return [complaint(`differs from stands[${first}], the same stand, in more than its key`, "stands", nth)];
  });
}

const sameButKey = (one: StandConfig, other: StandConfig): boolean =>
  JSON.stringify({ ...one, key: undefined }) === JSON.stringify({ ...other, key: undefined });
