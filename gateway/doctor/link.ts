import { isIP } from "node:net";
import type { GatewayConfig } from "../config.ts";
import { type Check, configuredCheck } from "./check.ts";

/** The way to the broker, and through it to the backend. */

type Broker = { readonly host: string; readonly port: number; readonly isTls: boolean };

function brokerIn({ link }: Pick<GatewayConfig, "link">): Broker {
  const { protocol, hostname, port } = new URL(link.url);
  const isTls = protocol === "mqtts:";
  return { host: hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(port || (isTls ? 8883 : 1883)), isTls };
}

const name = configuredCheck({
  name: "broker-name",
  asks: "Does the broker's name lead to an address?",
  outcomes: {
    ok: { verdict: "ok", means: "It does, or the configuration has an address." },
    unknown: {
      verdict: "wrong",
      means: "No address is known for the name.",
      todo: "check link.url, the network cable or Wi-Fi, and DNS (resolvectl query NAME)",
    },
  },
  look: async ({ config, network }) => {
    const { host } = brokerIn(config);
    if (isIP(host) !== 0) return { as: "ok", found: `${host} is an address` };
    const found = await network.addresses(host);
    if (found.is === "failed") return { as: "unknown", found: `${host}: ${found.because}` };
    return { as: "ok", found: `${host} is ${found.addresses.join(", ")}` };
  },
});

const port = configuredCheck({
  name: "broker-port",
  asks: "Does the broker take connections?",
  outcomes: {
    ok: { verdict: "ok", means: "It does." },
    unreached: {
      verdict: "wrong",
      means: "Nobody answers there, or a firewall is in the way.",
      todo: "check link.url and that the broker runs; mobile networks may close all ports but 443 and 8883",
    },
  },
  look: async ({ config, network }) => {
    const { host, port } = brokerIn(config);
    const reached = await network.reach(host, port);
    if (reached.is === "failed") return { as: "unreached", found: `${host} port ${port}: ${reached.because}` };
    return { as: "ok", found: `${host} port ${port}, in ${Math.round(reached.ms)} ms` };
  },
});

const DAY_MS = 24 * 3_600_000;
const SOON_DAYS = 14;
const OWN_MACHINE = /^(localhost|127(\.\d+){3}|::1)$/;

const tls = configuredCheck({
  name: "broker-tls",
  asks: "Is the broker's certificate to be trusted, and for how long still?",
  outcomes: {
    ok: { verdict: "ok", means: "Trusted, and good for two weeks at least; or the broker is on this machine." },
    soon: {
      verdict: "warning",
      means: "It ends within two weeks.",
      todo: "renew the broker's certificate, and have the broker load it",
    },
    plain: {
      verdict: "warning",
      means:
        "The connection is not encrypted: whoever listens learns password and sales. What opens relays is sealed all the same.",
      todo: "use mqtts:// and port 8883",
    },
    distrusted: {
      verdict: "wrong",
      means: "It is not for this name, is over, or nobody whom this machine trusts has signed it.",
      todo: "put the broker's certificate right, or name who signed it in link.ca_file; check the clock",
    },
    none: {
      verdict: "wrong",
      means: "There was no certificate to see.",
      todo: "is this port really the broker's for TLS?",
    },
  },
  look: async ({ config, network }, { machine }) => {
    const { host, port, isTls } = brokerIn(config);
    if (!isTls)
      return OWN_MACHINE.test(host)
        ? { as: "ok", found: "on this machine, without TLS" }
        : { as: "plain", found: `mqtt:// to ${host}` };
    const ca = config.link.ca_file === undefined ? undefined : await machine.secret(config.link.ca_file);
    const shown = await network.certificate(host, port, ca?.read.is === "read" ? ca.read.secret.reveal() : undefined);
    if (shown.is === "failed") return { as: "none", found: shown.because };
    const days = Math.floor((shown.validToWall - machine.clock.wall()) / DAY_MS);
    const found = `from ${shown.issuer}, ${days} days left`;
    if (shown.distrust !== undefined) return { as: "distrusted", found: `${found}: ${shown.distrust}` };
    return { as: days < SOON_DAYS ? "soon" : "ok", found };
  },
});

const login = configuredCheck({
  name: "broker-login",
  asks: "Does the broker let this stand in?",
  outcomes: {
    ok: {
      verdict: "ok",
      means:
        "It does. Tried under a client id of doctor's own; a broker that takes it from the certificate puts a running stand off for a moment.",
    },
    refused: {
      verdict: "wrong",
      means: "It does not: user, password, or the rights to the stand's topics.",
      todo: "check link.username and the password; the broker's rules must allow qris/v1/stands/ID/#, under any client id",
    },
  },
  patienceMs: 25_000,
  look: async ({ network }) => {
    const talk = await network.talk();
    if (talk.is === "not-connected") return { as: "refused", found: talk.because };
    return { as: "ok", found: `connected and subscribed in ${Math.round(talk.connectedMs)} ms` };
  },
});

const backend = configuredCheck({
  name: "backend",
  asks: "Does the backend answer what this stand has sealed?",
  outcomes: {
    ok: { verdict: "ok", means: "It does: both know each other's key." },
    silent: {
      verdict: "wrong",
      means:
        "It does not: it is not running, does not know this stand or its key, has another key than this stand believes, or the broker's rules keep the two apart.",
      todo: "look for `statement refused` in the backend's log; compare stand-key with its [[stands]], backend-keys with its key",
    },
    "not-connected": { verdict: "skipped", means: "The broker does not let this stand in, so nobody could be asked." },
  },
  patienceMs: 25_000,
  look: async ({ network }) => {
    const talk = await network.talk();
    if (talk.is === "not-connected") return { as: "not-connected", found: talk.because };
    if (talk.is === "silent") return { as: "silent", found: `no answer within ${Math.round(talk.waitedMs / 1_000)} s` };
    return { as: "ok", found: `a sealed sync was acked in ${Math.round(talk.answeredMs)} ms` };
  },
});

export const linkChecks: readonly Check[] = [name, port, tls, login, backend];
