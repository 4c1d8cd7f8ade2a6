import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer as createTcp, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { expect, onTestFinished, test } from "vitest";
import { brokerCertificateEnd, endOf } from "../../../backend/alarms/certificates.ts";
import { type MailParts, mail } from "../../../backend/alarms/mail.ts";
import { noticeOf } from "../../../backend/alarms/notice.ts";
import { checkAlarmSecret, webhook } from "../../../backend/alarms/webhook.ts";
import { openHttp } from "../../../backend/providers/http.ts";
import { utcClock } from "../../../host/clock.ts";
import { type HttpRequest, serve } from "../../../host/http.ts";
import { silentLog } from "../../../host/log.ts";
import { Secret } from "../../../host/secret.ts";
import type { StandId } from "../../../protocol/ids.ts";
import { makeCertificate } from "../../support/mosquitto.ts";
import { until } from "../../support/until.ts";

const clock = utcClock({ keepsAlive: false });
const SECRET = new Secret("a-long-random-secret");
const PASSWORD = "swordfish-of-the-sea";

const notice = noticeOf(
  "01ARZ3NDEKTSV4RRFFQ69G5FAV",
  Date.UTC(2026, 10, 21),
  [
    {
      id: "a1",
      kind: "printer",
      stand: "lobby-1" as StandId,
      detail: { is: "printer", condition: "no-paper" },
      sinceMs: Date.UTC(2026, 10, 21),
    },
  ],
  [],
);

type Asked = HttpRequest & { readonly text: string };

async function receiver(answer: (request: Asked) => number) {
  const got: Asked[] = [];
  const route = {
    method: "POST",
    path: "/qris",
    answer: async (request: HttpRequest) => {
      const asked = { ...request, text: Buffer.from(request.body).toString("utf8") };
      got.push(asked);
      return { status: answer(asked), body: "as you say" };
    },
  } as const;
  const server = await serve({ routes: [route], port: 0, clock, log: silentLog });
  const http = openHttp({ clock });
  onTestFinished(async () => {
    await http.close();
    await server.close();
  });
  return { got, messenger: webhook({ url: `${server.url}/qris`, secret: SECRET, http, wall: () => clock.wall() }) };
}

test("a webhook gets what happened as JSON, with an id and a signature that it can check", async () => {
  const { got, messenger } = await receiver(() => 204);
  expect(await messenger.send(notice)).toEqual({ is: "sent" });
  const [asked] = got;
  expect(JSON.parse(asked?.text ?? "")).toEqual(notice);
  expect(asked?.headers["x-qris-id"]).toBe(notice.id);
  const [, seconds = "", mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(asked?.headers["x-qris-signature"] ?? "") ?? [];
  expect(Math.abs(Number(seconds) * 1_000 - clock.wall())).toBeLessThan(60_000);
  expect(mac).toBe(createHmac("sha256", SECRET.reveal()).update(`${seconds}.${asked?.text}`).digest("hex"));
});

test.each([301, 400, 410, 500])("an answer %i of a webhook is none", async (status) => {
  const { messenger } = await receiver(() => status);
  expect(await messenger.send(notice)).toEqual({ is: "failed", problem: `it answered ${status}` });
});

test("a webhook that nobody hears is told in words, without what was sent", async () => {
  const http = openHttp({ clock });
  onTestFinished(() => http.close());
  const away = webhook({ url: "http://127.0.0.1:9/qris", secret: SECRET, http, wall: () => clock.wall() });
  const sent = await away.send(notice);
  expect(sent).toMatchObject({ is: "failed", problem: expect.stringContaining("unreachable") });
  expect(JSON.stringify(sent)).not.toContain(SECRET.reveal());
});

test("a secret of few characters signs nothing", () => {
  expect(() => checkAlarmSecret("too short")).toThrow("16 or more");
  expect(() => checkAlarmSecret("a-long-random-secret")).not.toThrow();
});

type Mail = {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
  readonly isSecure: boolean;
};

/** A real mail server; with a certificate of its own where `ca` is asked for. */
async function mailServer(options: SMTPServerOptions = {}) {
  const at = mkdtempSync(join(tmpdir(), "qris-mail-"));
  const ca = makeCertificate(at);
  const got: Mail[] = [];
  const server = new SMTPServer({
    key: readFileSync(join(at, "key.pem")),
    cert: readFileSync(join(at, "cert.pem")),
    authOptional: true,
    disableReverseLookup: true,
    onAuth: ({ username, password }, _, done) =>
      username === "alarm" && password === PASSWORD ? done(null, { user: username }) : done(new Error("not let in")),
    onData: (stream, { envelope, secure }, done) => {
      let text = "";
      stream.on("data", (part) => {
        text += String(part);
      });
      stream.on("end", () => {
        const from = envelope.mailFrom === false ? "" : envelope.mailFrom.address;
        got.push({ from, to: envelope.rcptTo.map(({ address }) => address), text, isSecure: secure });
        done();
      });
    },
    ...options,
  });
  server.on("error", () => undefined);
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(async () => {
    await new Promise<void>((resolve) => server.close(resolve));
    rmSync(at, { recursive: true, force: true });
  });
  const { port } = server.server.address() as AddressInfo;
  return { got, port, ca };
}

const mailBy = (parts: Partial<MailParts> & Pick<MailParts, "port">) =>
  mail(
    {
      host: "127.0.0.1",
      security: "starttls",
      from: "Kopi Lobi <alarm@example.id>",
      to: ["staf@example.id", "dua@example.id"],
      tongue: "id",
      ...parts,
    },
    clock,
  );

test("a mail goes over TLS, with name and password, in the company's language", async () => {
  const { got, port, ca } = await mailServer();
  const messenger = mailBy({ port, ca, username: "alarm", password: new Secret(PASSWORD) });
  expect(await messenger.send(notice)).toEqual({ is: "sent" });
  expect(got).toMatchObject([{ from: "alarm@example.id", to: ["staf@example.id", "dua@example.id"], isSecure: true }]);
  const text = got[0]?.text ?? "";
  expect(text).toContain("Subject: [qris] Printer bermasalah: lobby-1");
  expect(text).toContain(`Message-ID: <${notice.id}@example.id>`);
  expect(text).toContain("Auto-Submitted: auto-generated");
  expect(text).toContain("mesin lobby-1, kertas habis");
  expect(text).not.toContain(PASSWORD);
});

test("a mail server of which nobody knows who it is gets neither mail nor password", async () => {
  const { got, port } = await mailServer({
    onAuth: () => {
      throw new Error("it was told the password");
    },
  });
  const messenger = mailBy({ port, username: "alarm", password: new Secret(PASSWORD) });
  const sent = await messenger.send(notice);
  expect([sent.is, got]).toEqual(["failed", []]);
  expect(JSON.stringify(sent)).not.toContain(PASSWORD);
});

test("a mail server that offers no TLS gets no mail, unless it is on this machine and that was asked for", async () => {
  const { got, port } = await mailServer({ hideSTARTTLS: true });
  expect((await mailBy({ port }).send(notice)).is).toBe("failed");
  expect(got).toEqual([]);
  expect(await mailBy({ port, security: "none" }).send(notice)).toEqual({ is: "sent" });
  expect(got).toMatchObject([{ isSecure: false }]);
});

test("a mail server that speaks TLS from the first byte on is spoken to so", async () => {
  const { got, port, ca } = await mailServer({ secure: true });
  expect(await mailBy({ port, ca, security: "tls" }).send(notice)).toEqual({ is: "sent" });
  expect(got).toHaveLength(1);
});

test("a wrong password, and nobody there, are told by their numbers", async () => {
  const { port, ca } = await mailServer();
  const messenger = mailBy({ port, ca, username: "alarm", password: new Secret("wrong-one") });
  expect(await messenger.send(notice)).toMatchObject({ is: "failed", problem: expect.stringContaining("EAUTH 535") });
  const away = await mailBy({ port: 9 }).send(notice);
  expect(away).toMatchObject({ is: "failed", problem: expect.stringContaining("ECONNREFUSED") });
});

test("a mail server that never says a word is waited for so long, and no longer", async () => {
  const sockets: Socket[] = [];
  const silentServer = createTcp((socket) => void sockets.push(socket));
  await once(silentServer.listen(0, "127.0.0.1"), "listening");
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => silentServer.close(resolve));
  });
  const { port } = silentServer.address() as AddressInfo;
  const waits: number[] = [];
  // Time that runs out at once.
  const hurried = mail(
    { host: "127.0.0.1", port, security: "starttls", from: "a@example.id", to: ["b@example.id"], tongue: "en" },
    {
      after: (ms, run) => {
        waits.push(ms);
        return clock.after(20, run);
      },
    },
  );
  expect(await hurried.send(notice)).toEqual({ is: "failed", problem: "not done within 45000 ms" });
  expect(waits).toEqual([45_000]);
  // Not when the server's own time is over, ten seconds later.
  for (const socket of sockets) socket.resume();
  await until("the connection is broken off", () => sockets.every(({ destroyed }) => destroyed), 5_000);
});

test("when certificates end is read from a file, and from what a broker shows", async () => {
  const { port, ca } = await mailServer({ secure: true });
  const shown = await brokerCertificateEnd(`mqtts://127.0.0.1:${port}`, undefined, clock);
  expect(shown).toBeGreaterThan(clock.wall());
  expect(endOf(ca)).toBeGreaterThan(clock.wall());
  expect([endOf(undefined), endOf("no certificate")]).toEqual([undefined, undefined]);
  expect(await brokerCertificateEnd("mqtt://127.0.0.1:9", undefined, clock)).toBeUndefined();
  expect(await brokerCertificateEnd("mqtts://127.0.0.1:9", undefined, clock)).toBe("unknown");
});
