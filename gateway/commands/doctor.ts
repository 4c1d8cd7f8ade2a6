import { readBootId, steadyClock } from "../../host/clock.ts";
import { explainErrors } from "../../host/config.ts";
import { type Command, FAILED } from "../../host/program.ts";
import { readVersion } from "../../host/version.ts";
import { within } from "../../host/within.ts";
import type { Clock } from "../../protocol/time.ts";
import type { GatewayConfig } from "../config.ts";
import { realNetwork } from "../doctor/broker.ts";
import { checks } from "../doctor/checks.ts";
import { examine, type Finding } from "../doctor/examine.ts";
import { type Hardware, ownHardware } from "../doctor/hardware.ts";
import { thisMachine, withCredentials } from "../doctor/linux-machine.ts";
import { linesOf, reportOf, summaryOf } from "../doctor/report.ts";
import { readGatewayConfig } from "../read-config.ts";
import { fitTo } from "../settings/fit.ts";
import { readSelling } from "../settings/shelf.ts";
import { careFolderOf, readSetup } from "../setup.ts";

/** A device that hangs does not keep the terminal. */
const CLOSE_MS = 5_000;
const LEAVE_MS = 2_000;

/** Checks everything that the stand needs, also while it runs. 1: something is wrong. */
export const doctor: Command = async ({ config: file, env, flags, print, say }) => {
  const clock = steadyClock(readBootId());
  const credentials = await withCredentials(env);
  const read = readGatewayConfig(file);
  const config = read.is === "good" ? asItSells(read.config) : undefined;
  const hardware = config && ownHardware(config, clock);
  const stand = config &&
    hardware && { config, hardware, network: realNetwork(clock, () => readSetup(file, credentials.env)) };
  const tell = (finding: Finding): void => {
    if (!flags.has("json")) for (const line of linesOf(finding)) print(line);
  };
  const asking = {
    machine: thisMachine(clock, credentials.env),
    file,
    unusable: read.is === "bad" ? explainErrors(file, read.errors) : undefined,
    stand,
  };
  const findings = await examine(checks, asking, tell);
  const report = reportOf({ stand: config?.stand.id, version: readVersion(), wall: clock.wall() }, findings);
  if (flags.has("json")) print(JSON.stringify(report));
  else say(`qris-gateway ${readVersion()}: ${summaryOf(findings)}`);
  await close(hardware, clock);
  await credentials.close();
  const code = report.verdict === "wrong" ? FAILED : 0;
  if (findings.some(({ as }) => as === "late")) leave(code);
  return code;
};

/** With the last good settings of the backend's: their buttons and relays are those that count. */
function asItSells(config: GatewayConfig): GatewayConfig {
  const selling = readSelling(careFolderOf(config), config.stand.id);
  const fitted = selling && fitTo(selling.settings, config);
  return fitted?.is === "fits" ? fitted.config : config;
}

const close = (hardware: Hardware | undefined, clock: Clock): Promise<unknown> =>
  within(clock, CLOSE_MS, hardware?.close() ?? Promise.resolve(), undefined);

/** What hangs goes on hanging; it would keep the process. */
function leave(code: number): void {
  steadyClock(readBootId(), { keepsAlive: false }).after(LEAVE_MS, () => process.exit(code));
}
