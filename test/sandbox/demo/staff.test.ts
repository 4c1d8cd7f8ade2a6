import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Http, openHttp } from "../../../backend/providers/http.ts";
import { utcClock } from "../../../host/clock.ts";
import { type HttpAnswer, type HttpRequest, type Server, serve } from "../../../host/http.ts";
import { silentLog } from "../../../host/log.ts";
import { Staff } from "../../../sandbox/demo/staff.ts";
import { ORDER_ID } from "../../support/sale.ts";
import { until } from "../../support/until.ts";

const clock = utcClock({ keepsAlive: false });
const LINE = {
  order: ORDER_ID,
  claim: "0ZAB-CDEF",
  stand: "stand-1",
  amount: 15_000,
  items: [{ name: "Kopi Susu", quantity: 1 }],
  state: "owed",
  because: "not-confirmed",
  goodsOut: false,
  refunds: [],
  todo: "`backend refund ID`",
};
const TOLD = { order: ORDER_ID, claim: "0ZAB-CDEF", amount: 15_000, item: "Kopi Susu", because: "not-confirmed" };

let server: Server;
let http: Http;
let staff: Staff;
let orders: readonly object[];
let asked: HttpRequest[];
let answers: (request: HttpRequest) => Promise<HttpAnswer>;
let changes: number;

beforeEach(async () => {
  [orders, asked, changes] = [[], [], 0];
  answers = async () => ({ status: 200, body: { orders } });
  const answer = (request: HttpRequest): Promise<HttpAnswer> => {
    asked.push(request);
    return answers(request);
  };
  const routes = (["GET", "POST"] as const).map((method) => ({ method, path: "/*", answer }));
  server = await serve({ routes, port: 0, clock, log: silentLog });
  http = openHttp({ clock });
  const changed = (): void => {
    changes += 1;
  };
  staff = new Staff({ door: { url: server.url, token: "word" }, http, clock, log: silentLog, changed });
});
afterEach(async () => {
  await staff.close();
  await http.close();
  await server.close();
});

const look = async (): Promise<void> => {
  const before = asked.length;
  staff.look();
  await until("the door was asked", () => asked.length > before);
};

describe("what is owed", () => {
  test("is asked for with the token, once for all that happens in one moment", async () => {
    orders = [LINE];
    for (let times = 0; times < 20; times += 1) staff.look();
    await until("it is known", () => staff.owed.length === 1);
    expect(staff.owed).toEqual([{ ...TOLD, state: "owed", isReleasable: true }]);
    await look();
    await staff.close();
    const once = ["/owed", "Bearer word"];
    expect(asked.map(({ path, headers }) => [path, headers["authorization"]])).toEqual([once, once]);
    expect(changes).toBe(1);
  });

  test.each([
    ["is only paid, and on its way", { state: "paid", because: "no-word-yet" }, []],
    ["goes back already", { state: "refunding", refunds: [{ stage: "taken" }] }, [{ isReleasable: false }]],
    ["has its goods out", { goodsOut: true }, [{ isReleasable: false }]],
    [
      "could not be given back",
      { refunds: [{ stage: "refused" }] },
      [{ isReleasable: true, hint: "`backend refund ID`" }],
    ],
    ["may be given back", { refunds: [{ stage: "stuck" }] }, [{ isReleasable: false, hint: "`backend refund ID`" }]],
  ])("of an order that %s is told as it is", async (_, line, told) => {
    orders = [{ ...LINE, order: ORDER_ID.replace(/.$/, "0") }];
    await look();
    await until("the one before is known", () => staff.owed.length === 1);
    orders = [{ ...LINE, ...line }];
    await look();
    await until("it is known", () => changes === 2);
    expect(staff.owed).toMatchObject(told);
  });

  test("stays as it was when the door is shut, or says something else", async () => {
    orders = [LINE];
    await look();
    await until("it is known", () => staff.owed.length === 1);
    for (const body of ["no JSON", { orders: [{ order: "x" }] }]) {
      answers = async () => ({ status: 200, body });
      await look();
    }
    answers = async () => ({ hangUp: true });
    await look();
    await staff.close();
    expect(staff.owed).toHaveLength(1);
    expect(changes).toBe(1);
  });
});

describe("a decision", () => {
  test("goes to the door with who and why, and its answer comes back", async () => {
    answers = async () => ({ status: 409, body: { error: "its money is on its way back" } });
    const answer = await staff.decide(ORDER_ID, "refund");
    expect(answer).toEqual({ is: "answer", status: 409, body: { error: "its money is on its way back" } });
    const [request] = asked;
    expect([request?.method, request?.path]).toEqual(["POST", `/orders/${ORDER_ID}/refund`]);
    expect(JSON.parse(Buffer.from(request?.body ?? []).toString())).toEqual({
      by: "demo",
      why: "asked for on the demo's page",
    });
  });

  test("that nobody answered says so, and no more", async () => {
    await server.close();
    expect(await staff.decide(ORDER_ID, "release")).toMatchObject({ is: "none" });
  });
});
