import { get, type IncomingMessage } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import type { SignedCall } from "../../../backend/console/api/endpoint.ts";
import { openLive } from "../../../backend/console/api/live.ts";
import type { AlarmLine, OrderLine, StandLine } from "../../../backend/console/api/words.ts";
import { utcClock } from "../../../host/clock.ts";
import type { HttpAnswer, HttpRequest } from "../../../host/http.ts";
import type { EventStream } from "../../../host/http-events.ts";
import { silentLog } from "../../../host/log.ts";
import { until } from "../../support/until.ts";
import type { Browser } from "./browser.ts";
import { paperDesks } from "./paper-desks.ts";
import { openConsoleRig } from "./rig.ts";

type Heard = { readonly status: number; text: string; isOver: boolean; readonly head: IncomingMessage["headers"] };

/** What an open page hears. */
function listen(browser: Browser): Promise<Heard> {
  return new Promise((resolve, reject) => {
    const asked = get(`${browser.url}/api/live`, { agent: false, headers: { cookie: browser.cookie } }, (answer) => {
      const heard = { status: answer.statusCode ?? 0, text: "", isOver: false, head: answer.headers };
      answer.on("data", (part) => {
        heard.text += String(part);
      });
      answer.on("close", () => {
        heard.isOver = true;
      });
      answer.on("error", () => undefined);
      resolve(heard);
    });
    asked.on("error", reject);
    onTestFinished(() => void asked.destroy());
  });
}

const order = { order: "01JD5S3V8Q4R6T2W9Y0ZABCDEF", amount: 15_000 } as OrderLine;
const stand = { id: "lobby-1", state: "trouble" } as StandLine;
const alarm = { id: "a1", kind: "printer" } as AlarmLine;

test("an open page hears what changes as it does, the whole first", async () => {
  const desks = paperDesks();
  const rig = await openConsoleRig({ desks });
  const heard = await listen(await rig.signedIn("ani", "viewer"));
  expect(heard.head["content-type"]).toContain("text/event-stream");
  expect(heard.head["x-content-type-options"]).toBe("nosniff");
  await until("the overview", () => heard.text.includes("event: overview"));
  desks.tell.order(order);
  desks.tell.stand(stand);
  desks.tell.alarm(alarm);
  await until("three changes", () => heard.text.includes("event: alarm"));
  expect(heard.text).toContain(`event: order\ndata: ${JSON.stringify(order)}`);
  expect(heard.text).toContain(`event: stand\ndata: ${JSON.stringify(stand)}`);
  await until("the overview anew", () => heard.text.split("event: overview").length === 3);
});

test("nothing is followed while no page is open", async () => {
  const desks = paperDesks();
  const rig = await openConsoleRig({ desks });
  expect(desks.listeners).toBe(0);
  const ani = await rig.signedIn("ani", "viewer");
  const heard = await listen(ani);
  expect(desks.listeners).toBe(3);
  await ani.post("/api/logout");
  await until("the page is closed", () => heard.isOver);
  await until("nothing is followed", () => desks.listeners === 0);
});

test.each([
  ["signs out", async (ani: Browser) => ani.post("/api/logout")],
  [
    "changes the password",
    async (ani: Browser) =>
      ani.post("/api/me/password", { old: "kopi susu di lobi barat", new: "teh manis di lobi timur" }),
  ],
])("a page closes when its account %s", async (_what, act) => {
  const rig = await openConsoleRig();
  const ani = await rig.signedIn("ani", "viewer");
  const heard = await listen(ani);
  const other = await listen(await rig.signedIn("budi", "viewer"));
  await until("the overview", () => heard.text.includes("event: overview"));
  await act(ani);
  // At once, and not when the sessions are looked at the next time.
  await until("the end", () => heard.isOver, 3_000);
  expect(heard.text).toContain('event: end\ndata: {"because":"the session is over"}');
  expect(other.isOver).toBe(false);
});

test("a page closes when an administrator changes its account", async () => {
  const rig = await openConsoleRig();
  const root = await rig.signedIn("root", "admin");
  const heard = await listen(await rig.signedIn("ani", "staff"));
  await root.ask("PATCH", "/api/accounts/ani", { role: "viewer" });
  await until("the end", () => heard.isOver, 3_000);
});

test("a page closes soon when another backend has ended its session", async () => {
  const rig = await openConsoleRig();
  const heard = await listen(await rig.signedIn("ani", "staff"));
  await rig.store.deleteFrom("sessions").execute();
  await until("the end", () => heard.isOver, 8_000);
});

test("a page that merely listens keeps no session up, however often it begins anew", async () => {
  let laterMs = 0;
  const real = utcClock({ keepsAlive: false });
  const rig = await openConsoleRig({ clock: { ...real, wall: () => real.wall() + laterMs } });
  const ani = await rig.signedIn("ani", "viewer");
  const statuses: number[] = [];
  for (let nth = 0; nth < 3; nth += 1) {
    laterMs += 25 * 60_000;
    statuses.push((await listen(ani)).status);
  }
  expect(statuses).toEqual([200, 200, 401]);
});

test("of one account no more than eight pages are open", async () => {
  const rig = await openConsoleRig();
  const ani = await rig.signedIn("ani", "viewer");
  const all = [];
  for (let nth = 0; nth < 9; nth += 1) all.push(await listen(ani));
  expect(all.map(({ status }) => status)).toEqual([...Array(8).fill(200), 503]);
});

test("of all accounts together no more than two hundred pages are open", async () => {
  const nothing = () => () => undefined;
  const live = openLive({
    desks: {},
    sessions: { lasting: async () => new Map(), onChange: nothing },
    clock: utcClock({ keepsAlive: false }),
    log: silentLog,
    overview: () => new Promise(() => undefined),
  });
  onTestFinished(() => live.stop());
  const stream: EventStream = { send: () => true, beat: () => true, end: () => undefined };
  const open = async (nth: number): Promise<HttpAnswer> => {
    const prepared = live.endpoint.prepare({} as HttpRequest);
    if (prepared.is === "bad") throw new Error("it is well asked");
    return prepared.answer({ who: { name: `account-${nth}`, session: `s-${nth}` } } as SignedCall);
  };
  const closes = [];
  for (let nth = 0; nth < 200; nth += 1) {
    const answer = await open(nth);
    if (!("events" in answer)) throw new Error("the first two hundred are heard");
    closes.push(answer.events(stream));
  }
  expect(await open(200)).toMatchObject({ status: 503 });
  closes[0]?.();
  expect(live.size).toBe(199);
  expect(await open(201)).toHaveProperty("events");
});

test("all pages are told when the console closes", async () => {
  const rig = await openConsoleRig();
  const heard = await listen(await rig.signedIn("ani", "viewer"));
  await until("the overview", () => heard.text.includes("event: overview"));
  await rig.console.stop();
  await until("the end", () => heard.isOver);
  expect(heard.text).toContain("event: end");
});

test("however many pages are open and ask, the whole is worked out once a second", async () => {
  const desks = paperDesks();
  let asked = 0;
  const counts = (): ReturnType<typeof desks.stands.counts> => {
    asked += 1;
    return desks.stands.counts();
  };
  const clock = utcClock({ keepsAlive: false });
  const at = { ms: clock.now().ms };
  const now = () => ({ clock: "utc", ms: at.ms });
  const rig = await openConsoleRig({
    desks: { ...desks, stands: { ...desks.stands, counts } },
    clock: { ...clock, now },
  });
  const ani = await rig.signedIn("ani", "viewer");
  for (let nth = 0; nth < 8; nth += 1) {
    const heard = await listen(ani);
    await until("the overview", () => heard.text.includes('"selling":1'));
  }
  for (let nth = 0; nth < 50; nth += 1) expect(await ani.get("/api/overview")).toMatchObject({ status: 200 });
  expect(asked).toBe(1);
  at.ms += 1_000;
  expect(await ani.get("/api/overview")).toMatchObject({ body: { stands: { selling: 1 }, owed: 1 } });
  expect(asked).toBe(2);
});
