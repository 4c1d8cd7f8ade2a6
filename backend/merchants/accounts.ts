import { Unfit } from "../../host/daemon.ts";
import type { Log } from "../../host/log.ts";
import type { NamedFiles } from "../../host/setup.ts";
import type { PaymentProvider } from "../providers/provider.ts";
import { readSecrets, type Setup } from "../setup.ts";
import type { MerchantConfig } from "./config.ts";
import { MerchantKeys, type MerchantSecrets } from "./keys.ts";
import { type ProviderParts, providerOf } from "./provider-of.ts";

/** One merchant of a running backend. */
export type Account = {
  readonly config: MerchantConfig;
  readonly keys: MerchantKeys;
  readonly provider: PaymentProvider;
};

/** Every merchant's account, in the order of the configuration. Throws `Unfit` with all that can never work. */
export function openAccounts({ config, secrets }: Setup, parts: ProviderParts): readonly Account[] {
  const opened = secrets.flatMap((each, nth) => {
    const merchant = config.merchants[nth];
    return merchant === undefined ? [] : [openAccount(merchant, each, `merchants[${nth}]`, parts)];
  });
  const wrong = opened.filter((each) => typeof each === "string");
  if (wrong.length > 0) throw new Unfit(...wrong);
  return opened.filter((each) => typeof each !== "string");
}

function openAccount(
  config: MerchantConfig,
  secrets: MerchantSecrets,
  path: string,
  parts: ProviderParts,
): Account | string {
  const keys = new MerchantKeys(secrets, parts.clock);
  const log = parts.log.child({ merchant: config.name });
  try {
    return { config, keys, provider: providerOf(config, keys, { ...parts, log }) };
  } catch (error) {
    if (error instanceof RangeError) return `${path}: ${error.message}`;
    throw error;
  }
}

/**
 * Reads every merchant's files anew. A merchant with a file that cannot be used keeps all its keys: half of them new would fit
 * nowhere. Says in the log what became of it; what is kept so, is returned by name.
 */
export function renewKeys(
  accounts: readonly Account[],
  { config }: Pick<Setup, "config">,
  files: NamedFiles,
  log: Log,
): readonly string[] {
  const read = readSecrets(config, files);
  const outcomes = accounts.map(({ config: { name }, keys }, nth) => ({ name, is: renewed(keys, read[nth]) }));
  const named = (is: Renewed): readonly string[] => outcomes.filter((each) => each.is === is).map(({ name }) => name);
  const problems = files.problems.map(({ path, problem }) => `${path}: ${problem}`);
  if (problems.length > 0) log.error("keys not read anew: the old ones stay", { of: named("kept"), problems });
  log.info("reloaded", { changed: named("changed"), unchanged: named("unchanged"), kept: named("kept") });
  return named("kept");
}

type Renewed = "changed" | "unchanged" | "kept";

function renewed(keys: MerchantKeys, read: MerchantSecrets | undefined): Renewed {
  if (read === undefined) return "kept";
  return keys.renew(read) ? "changed" : "unchanged";
}
