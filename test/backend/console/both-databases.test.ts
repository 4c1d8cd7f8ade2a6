import { expect, test } from "vitest";
import { salesDesk } from "../../../backend/console/desks/sales.ts";
import { utcClock } from "../../../host/clock.ts";
import { silentLog } from "../../../host/log.ts";
import { Secret } from "../../../host/secret.ts";
import { freePort } from "../../support/free-port.ts";
import { CLIENT, startOpenIdProvider } from "../../support/openid-provider.ts";
import { storeSuites } from "../../support/stores.ts";
import { intoBook, openShop, SOLD, sell, terms } from "../sales/orders.ts";
import { openConsoleRig, PASSWORD } from "./rig.ts";

const HOUR_MS = 3_600_000;

storeSuites("the console", (freshStore) => {
  test("lets people in by both ways, and finds, sums up and writes down the same", async () => {
    const [store, clock] = [await freshStore(), utcClock({ keepsAlive: false })];
    // Yesterday, and in the midst of an hour.
    const shop = openShop((Math.floor(clock.wall() / HOUR_MS) - 24.5) * HOUR_MS);
    const sales = salesDesk({ store, journal: shop.journal, clock, log: silentLog, termsFor: () => terms });
    const [provider, port] = [await startOpenIdProvider(), await freePort()];
    const roles = { viewer: [], staff: ["vending-staff"], admin: [] };
    const client = { issuer: provider.issuer, client_id: CLIENT.id, client_secret_file: "/not/read/here" };
    const oidc = { ...client, scopes: [], role_claim: "groups", roles };
    const config = { port, base_url: `http://127.0.0.1:${port}`, oidc };
    const rig = await openConsoleRig({
      store,
      desks: { sales },
      config,
      more: { oidcSecret: new Secret(CLIENT.secret) },
    });

    const owed = await sell(shop, ["asked", "offered", "paid", "failed"]);
    await intoBook(store, shop, [owed, await sell(shop, SOLD)]);
    const root = await rig.signedIn("root", "admin");
    const find = async (path: string) => (await root.get(path)).body;
    expect(await find("/api/overview")).toMatchObject({ owed: 1 });
    expect(await find("/api/owed")).toMatchObject({
      orders: [{ order: owed, actions: ["refund", "release", "remedy"] }],
    });
    expect(await find(`/api/orders/${owed}`)).toMatchObject({ state: "owed", events: [{ type: "asked" }, {}, {}, {}] });
    expect(await find("/api/orders?q=kopi&least=15000&most=15000&limit=1")).toMatchObject({ orders: [{}] });
    expect(await find("/api/orders?q=teh")).toEqual({ orders: [] });
    const span = `from=${clock.wall() - 48 * HOUR_MS}&to=${clock.wall()}`;
    for (const by of ["hour", "day", "stand", "product"]) {
      expect(await find(`/api/sales?by=${by}&${span}`)).toMatchObject({ rows: [{ sales: 2, amount: 30_000 }] });
    }
    expect((await root.get("/api/orders.csv")).text.split("\r\n")).toHaveLength(4);

    const ani = rig.stranger();
    const there = await fetch(String((await ani.get("/api/oidc/start")).headers.get("location")), {
      redirect: "manual",
    });
    const { pathname, search } = new URL(String(there.headers.get("location")));
    await ani.get(pathname + search);
    expect(await ani.get("/api/me")).toMatchObject({ body: { name: "ani@example.id", role: "staff" } });
    await rig.stranger().signIn("root", PASSWORD);
    expect(await find("/api/accounts")).toMatchObject({ accounts: [{ isForeign: true }, { name: "root" }] });
    expect(await find("/api/audit?limit=2")).toMatchObject({ entries: [{ who: "root" }, { who: "ani@example.id" }] });
    expect(await rig.verdict()).toMatchObject({ is: "whole" });
  });
});
