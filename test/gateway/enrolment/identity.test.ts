import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { withIdentity } from "../../../gateway/enrolment/identity.ts";

/* What a stand's file says itself, and what its enrolment adds. */

const IDENTITY = {
  stand: "lobby-1",
  name: "Lobi",
  site: "Gedung A",
  broker: "mqtts://broker.example.id",
  hasBrokerCa: true,
  at: "https://pay.example.id",
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "identity-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

const enrolled = (more: object = {}): void =>
  writeFileSync(join(folder, "identity.json"), JSON.stringify({ ...IDENTITY, ...more }));
const completed = (document: object) => withIdentity({ enrolment: { folder }, ...document });
const at = (name: string): string => join(folder, name);

describe("a stand that has enrolled", () => {
  test("need say nothing of who it is, whom it speaks to, and by which keys", () => {
    enrolled();
    expect(completed({})).toEqual({
      document: {
        enrolment: { folder },
        stand: { id: "lobby-1", name: "Lobi", site: "Gedung A" },
        link: {
          url: "mqtts://broker.example.id",
          ca_file: at("broker-ca.pem"),
          cert_file: at("broker.pem"),
          key_file: at("broker.pem"),
        },
        keys: { private_file: at("stand-key.pem"), backend_file: at("backend-keys.json") },
      },
      errors: [],
    });
  });

  test("of a broker that the system's authorities vouch for names no other", () => {
    enrolled({ hasBrokerCa: false });
    expect(completed({}).document).not.toHaveProperty("link.ca_file");
  });

  test("goes by what its file says, wherever that says something", () => {
    enrolled();
    const { document } = completed({
      stand: { name: "Depan" },
      link: { ca_file: "/etc/own-ca.pem", keepalive_seconds: 60 },
      keys: { backend_file: "/etc/keys.json" },
    });
    expect(document).toMatchObject({
      stand: { id: "lobby-1", name: "Depan", site: "Gedung A" },
      link: { url: "mqtts://broker.example.id", ca_file: "/etc/own-ca.pem", keepalive_seconds: 60 },
      keys: { private_file: at("stand-key.pem"), backend_file: "/etc/keys.json" },
    });
  });

  test("speaks to another broker by what its file says of that one, and by nothing else", () => {
    enrolled();
    const link = { url: "mqtts://other.example.id" };
    expect(completed({ link }).document).toMatchObject({ link });
    expect(completed({ link }).document).not.toHaveProperty("link.cert_file");
  });
});

test("one that has not is told so, unless its file says everything itself", () => {
  expect(completed({}).errors).toMatchObject([{ path: "enrolment", problem: expect.stringContaining(folder) }]);
  const whole = { stand: { id: "lobby-1" }, link: { url: "mqtt://localhost" }, keys: { private_file: "/etc/key.pem" } };
  expect(completed(whole)).toEqual({ document: { enrolment: { folder }, ...whole }, errors: [] });
});
