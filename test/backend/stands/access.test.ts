import { expect, onTestFinished, test } from "vitest";
import { BrokerAccess } from "../../../backend/stands/access.ts";
import { COMMANDS_TOPIC, letIn, RESPONSES_TOPIC } from "../../../backend/stands/dynsec.ts";
import { RosterInMemory } from "../../../backend/stands/roster.ts";
import { type Log, silentLog } from "../../../host/log.ts";
import type { StandId } from "../../../protocol/ids.ts";
import { newKeyPair } from "../../../protocol/keys.ts";
import type { OpenTransport, TransportEvents } from "../../../wire/transport.ts";
import { commonTerms } from "../../support/common-terms.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { GATE, LOBBY, recordOf } from "./rig.ts";

/* In virtual time, beside a broker that keeps names of clients and roles as Mosquitto's plugin does. */

type Command = Readonly<Record<string, unknown>> & { readonly command: string; readonly correlationData?: string };

/** What `deleteClient`, `createRole` … change, by the last part of their names. */
class Plugin {
  readonly clients = new Set<string>();
  readonly roles = new Set<string>();
  /** Each message's commands. */
  readonly told: (readonly Command[])[] = [];
  connections = 0;
  isDeaf = false;
  isUp = false;
  /** A message is taken no sooner. */
  opens: Promise<void> = Promise.resolve();
  /** What is answered to these instead, once. */
  readonly refuses = new Map<string, string>();
  #events: TransportEvents | undefined;

  readonly open: OpenTransport = (_, events) => {
    this.connections += 1;
    this.#events = events;
    this.isUp = true;
    events.up();
    const isUp = () => this.isUp;
    return {
      get connected() {
        return isUp();
      },
      lastAttempt: { clock: "", ms: 0 },
      publish: async (topic, payload) => {
        await this.opens;
        return topic === COMMANDS_TOPIC && this.#take(payload);
      },
      hurry: () => undefined,
      close: async () => {
        this.isUp = false;
      },
    };
  };

  /** The changes that it was told, `createClient lobby-1`. */
  changes(): readonly string[] {
    return this.told.flat().flatMap(({ command, username, rolename }) => {
      return command.startsWith("list") ? [] : [`${command} ${String(username ?? rolename)}`];
    });
  }

  says(responses: readonly object[]): void {
    const payload = Buffer.from(JSON.stringify({ responses }));
    void this.#events?.hear({ topic: RESPONSES_TOPIC, payload });
  }

  goes(): void {
    this.#events?.down("gone");
    this.#events?.up();
  }

  #take(payload: string): boolean {
    const { commands } = JSON.parse(payload) as { readonly commands: readonly Command[] };
    this.told.push(commands);
    if (!this.isDeaf) for (const each of commands) this.says([{ ...this.#done(each) }]);
    return true;
  }

  #done({ command, correlationData, username, rolename, count, offset }: Command): object {
    const common = { command, correlationData };
    const error = this.refuses.get(command);
    this.refuses.delete(command);
    if (error !== undefined) return { ...common, error };
    const names = command.endsWith("Client") || command === "listClients" ? this.clients : this.roles;
    const name = String(username ?? rolename);
    if (command.startsWith("create")) names.add(name);
    if (command.startsWith("delete")) return names.delete(name) ? common : { ...common, error: "Client not found" };
    if (!command.startsWith("list")) return common;
    const page = [...names].slice(Number(offset), Number(offset) + Number(count));
    return { ...common, data: { totalCount: names.size, [command === "listClients" ? "clients" : "roles"]: page } };
  }
}

const active = (id: StandId) => recordOf(id, { keys: [newKeyPair().publicJwk] });
const numbered = (nth: number): StandId => `stand-${nth}` as StandId;

function opens(stands: readonly StandId[], plugin = new Plugin()) {
  const [clock, roster] = [new VirtualClock(), new RosterInMemory(commonTerms, stands.map(active))];
  const leading = { now: true };
  const warned: unknown[] = [];
  const log: Log = { ...silentLog, warn: (_, facts) => void warned.push(facts) };
  const parts = { clientId: "access", open: plugin.open, roster, clock, log, leads: () => leading.now };
  const access = new BrokerAccess(parts);
  onTestFinished(() => access.close());
  return { clock, roster, plugin, leading, warned, access };
}

test("a stand may say and hear what is its own, and nothing else", () => {
  const [role, client] = letIn(LOBBY);
  const own = "qris/v1/stands/lobby-1";
  const may = (acltype: string, channel: string) => ({ acltype, topic: `${own}/${channel}`, priority: 0, allow: true });
  expect(role).toEqual({
    command: "createRole",
    rolename: "stand-lobby-1",
    acls: [
      ...["up", "presence", "health"].map((channel) => may("publishClientSend", channel)),
      may("subscribeLiteral", "down"),
      may("publishClientReceive", "down"),
    ],
  });
  expect(client).toEqual({ command: "createClient", username: LOBBY, roles: [{ rolename: "stand-lobby-1" }] });
});

test("a broker is told what it lacks, and what it has of nobody goes, half of it too", async () => {
  const plugin = new Plugin();
  for (const name of ["gone-1", "backend.1", GATE]) plugin.clients.add(name);
  for (const name of ["stand-gone-2", "access", `stand-${LOBBY}`]) plugin.roles.add(name);
  const { clock } = opens([LOBBY, GATE], plugin);
  await clock.advance(1_000);
  expect([...plugin.clients].sort()).toEqual(["backend.1", GATE, LOBBY]);
  expect([...plugin.roles].sort()).toEqual(["access", `stand-${GATE}`, `stand-${LOBBY}`]);
});

test("of thousands of names every page is asked for, and commands go twenty at a time", async () => {
  const plugin = new Plugin();
  for (let nth = 0; nth < 2_100; nth += 1) plugin.clients.add(numbered(nth)).add(`stand-${numbered(nth)}`);
  for (let nth = 0; nth < 2_100; nth += 1) plugin.roles.add(`stand-${numbered(nth)}`);
  const { clock } = opens(
    Array.from({ length: 2_150 }, (_, nth) => numbered(nth)),
    plugin,
  );
  await clock.advance(1_000);
  expect(plugin.changes().filter((each) => each.startsWith("create"))).toHaveLength(100);
  expect(Math.max(...plugin.told.map(({ length }) => length))).toBe(20);
});

test("a stand with other keys is thrown out before it is let in again; one whose name changed is left in peace", async () => {
  const { clock, roster, plugin } = opens([LOBBY, GATE]);
  await clock.advance(1_000);
  const before = plugin.changes().length;
  const gate = roster.get(GATE);
  if (gate === undefined) throw new Error("no gate");
  roster.put([active(LOBBY), { ...gate, name: "Gerbang" }]);
  await clock.advance(1_000);
  expect(plugin.changes().slice(before)).toEqual([
    "deleteClient lobby-1",
    "deleteRole stand-lobby-1",
    "createRole stand-lobby-1",
    "createClient lobby-1",
  ]);
});

test("a stand that is revoked is thrown out and stays out, until it comes back with new keys", async () => {
  const { clock, roster, plugin } = opens([LOBBY, GATE]);
  await clock.advance(1_000);
  const before = plugin.changes().length;
  roster.put([recordOf(LOBBY, { state: "revoked" })]);
  await clock.advance(1_000);
  expect(plugin.changes().slice(before)).toEqual(["deleteClient lobby-1", "deleteRole stand-lobby-1"]);
  await clock.advance(120_000);
  expect([...plugin.clients]).toEqual([GATE]);
  roster.put([active(LOBBY)]);
  await clock.advance(1_000);
  expect(plugin.changes().slice(before + 2)).toEqual(["createRole stand-lobby-1", "createClient lobby-1"]);
});

test("a stand whose keys changed while the connection was away is thrown out all the same", async () => {
  const { clock, roster, plugin } = opens([LOBBY, GATE]);
  await clock.advance(1_000);
  const before = plugin.changes().length;
  roster.put([active(LOBBY)]);
  plugin.goes();
  await clock.advance(1_000);
  expect(plugin.changes().slice(before)).toContain("deleteClient lobby-1");
  expect(plugin.changes().slice(before)).not.toContain("deleteClient gate-1");
});

test("what a broker has lost it is told again within a minute, without anybody having changed", async () => {
  const { clock, plugin } = opens([LOBBY]);
  await clock.advance(1_000);
  plugin.clients.clear();
  plugin.roles.clear();
  await clock.advance(50_000);
  expect([...plugin.clients]).toEqual([]);
  await clock.advance(11_000);
  expect([...plugin.clients]).toEqual([LOBBY]);
});

test("a backend that does not lead tells nothing; one that leads no longer hangs up", async () => {
  const { clock, roster, plugin, leading } = opens([LOBBY]);
  leading.now = false;
  await clock.advance(10_000);
  expect([plugin.connections, plugin.told]).toEqual([0, []]);
  leading.now = true;
  await clock.advance(1_000);
  expect([...plugin.clients]).toEqual([LOBBY]);
  leading.now = false;
  await clock.advance(1_000);
  expect(plugin.isUp).toBe(false);
  roster.put([active(GATE)]);
  await clock.advance(120_000);
  expect([...plugin.clients]).toEqual([LOBBY]);
  leading.now = true;
  await clock.advance(1_000);
  expect([...plugin.clients].sort()).toEqual([GATE, LOBBY]);
});

test("a broker that answers nothing is asked anew after ten seconds, and what another one asked is not taken for an answer", async () => {
  const plugin = new Plugin();
  plugin.isDeaf = true;
  const { clock, warned } = opens([LOBBY], plugin);
  await clock.advance(1_000);
  plugin.says([{ command: "listClients", correlationData: "another's", data: { totalCount: 1, clients: [LOBBY] } }]);
  await clock.advance(8_000);
  expect([warned, plugin.told.length]).toEqual([[], 1]);
  await clock.advance(2_000);
  expect(warned).toEqual([{ error: expect.objectContaining({ message: expect.stringContaining("0 of 1 commands") }) }]);
  plugin.isDeaf = false;
  await clock.advance(15_000);
  expect([...plugin.clients]).toEqual([LOBBY]);
});

test("while the connection is away nothing is asked, and nobody is warned", async () => {
  const { clock, roster, plugin, warned } = opens([LOBBY]);
  await clock.advance(1_000);
  const before = plugin.told.length;
  plugin.isUp = false;
  roster.put([active(GATE)]);
  await clock.advance(120_000);
  expect([plugin.told.length, warned]).toEqual([before, []]);
  plugin.isUp = true;
  await clock.advance(1_000);
  expect([...plugin.clients].sort()).toEqual([GATE, LOBBY]);
});

test("a refused command is told of, and the whole is compared anew; that it was done before is no refusal", async () => {
  const { clock, roster, plugin, warned } = opens([LOBBY]);
  await clock.advance(1_000);
  plugin.refuses.set("createRole", "Role already exists");
  plugin.refuses.set("createClient", "Internal error");
  roster.put([active(GATE)]);
  await clock.advance(1_000);
  expect(warned).toEqual([
    { error: expect.objectContaining({ message: "the broker refused createClient: Internal error" }) },
  ]);
  expect([...plugin.clients].sort()).toEqual([GATE, LOBBY]);
});

test("a connection that goes before a message is taken is told of, and harms nobody", async () => {
  const plugin = new Plugin();
  let open = (): void => undefined;
  plugin.opens = new Promise((resolve) => {
    open = resolve;
  });
  const { clock, warned } = opens([LOBBY], plugin);
  await clock.advance(1_000);
  plugin.goes();
  // A rejection that nobody hears would end the program about now.
  await new Promise((resolve) => setImmediate(resolve));
  open();
  await clock.advance(15_000);
  expect(warned).toEqual([
    { error: expect.objectContaining({ message: expect.stringContaining("connection is gone") }) },
  ]);
  expect([...plugin.clients]).toEqual([LOBBY]);
});
