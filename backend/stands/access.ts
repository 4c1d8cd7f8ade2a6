import { z } from "zod";
import { every } from "../../host/every.ts";
import { jsonIn } from "../../host/json.ts";
import type { Log } from "../../host/log.ts";
import type { StandId } from "../../protocol/ids.ts";
import { thumbprintOf } from "../../protocol/keys.ts";
import type { Clock, Stop } from "../../protocol/time.ts";
import type { Message, OpenTransport, Transport } from "../../wire/transport.ts";
import {
  COMMANDS_TOPIC,
  type Command,
  difference,
  isHarmless,
  type Known,
  letIn,
  RESPONSES_TOPIC,
  standsAmong,
  standsOfRoles,
  throwOut,
} from "./dynsec.ts";
import type { Roster } from "./roster.ts";

export type AccessParts = {
  readonly clientId: string;
  readonly open: OpenTransport;
  readonly roster: Roster;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether this backend is the one that tells the broker. */
  leads(): boolean;
};

/** The broker itself is asked so often whether it still has what it was told: it may have lost its file. */
const COMPARE_MS = 60_000;
const TURN_MS = 200;
const ANSWER_MS = 10_000;
/** So many commands in one message, which the broker takes up to 32 KiB of. */
const TOGETHER = 20;
const PAGE = 1_000;

const responsesSchema = z.object({
  responses: z.array(
    z.object({
      command: z.string(),
      error: z.string().optional(),
      correlationData: z.string().optional(),
      data: z.unknown().optional(),
    }),
  ),
});
type Response = z.output<typeof responsesSchema>["responses"][number];
const clientsSchema = z.object({ totalCount: z.int(), clients: z.array(z.string()) });
const rolesSchema = z.object({ totalCount: z.int(), roles: z.array(z.string()) });

/**
 * Tells Mosquitto's dynamic security which stands there are: at every change, and anew whenever it turns out to know others. One
 * backend does so, over a connection of its own that may do nothing else.
 */
export class BrokerAccess {
  readonly #parts: AccessParts;
  readonly #stops: Stop[] = [];
  /** What was told last of each: by which keys it is active. */
  readonly #told = new Map<StandId, string>();
  readonly #changed = new Set<StandId>();
  #transport: Transport | undefined;
  #isCompared = false;
  #comparedMs = 0;
  #batch = 0;
  #asking: Asking | undefined;

  constructor(parts: AccessParts) {
    const { clock, log, roster } = parts;
    this.#parts = parts;
    const hear = (changed: ReadonlySet<StandId>): void => {
      for (const stand of changed) this.#changed.add(stand);
    };
    const round = { firstMs: 0, everyMs: TURN_MS, what: "broker not told of the stands", run: () => this.#turn() };
    this.#stops.push(roster.onChange(hear), every(clock, log, round));
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    this.#asking?.giveUp("it ends");
    await this.#transport?.close();
  }

  async #turn(): Promise<void> {
    if (!this.#parts.leads()) return this.#leave();
    this.#transport ??= this.#connect();
    if (!this.#transport.connected) return;
    const now = this.#parts.clock.now().ms;
    if (!this.#isCompared || now - this.#comparedMs >= COMPARE_MS) await this.#compare();
    else if (this.#changed.size > 0) await this.#tellChanged();
  }

  async #leave(): Promise<void> {
    this.#changed.clear();
    const transport = this.#transport;
    this.#transport = undefined;
    this.#isCompared = false;
    await transport?.close();
  }

  #connect(): Transport {
    const { open, clientId } = this.#parts;
    const again = (): void => {
      this.#isCompared = false;
      this.#asking?.giveUp("the connection is gone");
    };
    return open(
      { clientId, subscribe: [RESPONSES_TOPIC] },
      { up: again, down: again, hear: async (message) => this.#hear(message) },
    );
  }

  /** Brings the broker to what the roster says, whatever it knew. */
  async #compare(): Promise<void> {
    this.#changed.clear();
    const wanted = new Map([...this.#parts.roster.all()].flatMap(activeOf));
    const known = await this.#known();
    const commands = difference(known, new Set(wanted.keys()));
    const fresh = [...wanted].filter(([id, keys]) => this.#told.has(id) && this.#told.get(id) !== keys);
    await this.#tell([...commands, ...fresh.flatMap(([id]) => [...throwOut(id), ...letIn(id)])]);
    this.#told.clear();
    for (const [id, keys] of wanted) this.#told.set(id, keys);
    this.#isCompared = true;
    this.#comparedMs = this.#parts.clock.now().ms;
    if (commands.length > 0)
      this.#parts.log.info("broker told of the stands", { stands: wanted.size, commands: commands.length });
  }

  /** A stand with other keys than before is thrown out first: who is connected has the old ones. */
  async #tellChanged(): Promise<void> {
    const ids = [...this.#changed];
    this.#changed.clear();
    this.#isCompared = false;
    for (const id of ids) {
      const keys = keysOf(this.#parts.roster, id);
      const before = this.#told.get(id);
      if (keys === before) continue;
      await this.#tell([
        ...(before === undefined && keys !== undefined ? [] : throwOut(id)),
        ...(keys === undefined ? [] : letIn(id)),
      ]);
      if (keys === undefined) this.#told.delete(id);
      else this.#told.set(id, keys);
    }
    this.#isCompared = true;
  }

  async #known(): Promise<Known> {
    const clients = await this.#pages("listClients", (data) => {
      const { totalCount, clients: names } = clientsSchema.parse(data);
      return { totalCount, names };
    });
    const roles = await this.#pages("listRoles", (data) => {
      const { totalCount, roles: names } = rolesSchema.parse(data);
      return { totalCount, names };
    });
    return { clients: new Set(standsAmong(clients)), roles: new Set(standsOfRoles(roles)) };
  }

  async #pages(
    command: string,
    read: (data: unknown) => { readonly totalCount: number; readonly names: readonly string[] },
  ): Promise<readonly string[]> {
    const all: string[] = [];
    for (;;) {
      const [response] = await this.#ask([{ command, verbose: false, count: PAGE, offset: all.length }]);
      const { totalCount, names } = read(response?.data);
      all.push(...names);
      if (names.length === 0 || all.length >= totalCount) return all;
    }
  }

  async #tell(commands: readonly Command[]): Promise<void> {
    for (let from = 0; from < commands.length; from += TOGETHER) {
      const responses = await this.#ask(commands.slice(from, from + TOGETHER));
      const wrong = responses.filter(({ error }) => error !== undefined && !isHarmless(error));
      if (wrong.length > 0) throw new Error(`the broker refused ${wrong[0]?.command}: ${wrong[0]?.error}`);
    }
  }

  /** One message at a time; resolves with as many responses as there are commands. */
  async #ask(commands: readonly Command[]): Promise<readonly Response[]> {
    this.#batch += 1;
    const name = `${this.#parts.clientId} ${this.#batch}`;
    const asking = asked(name, commands.length, this.#parts.clock);
    this.#asking = asking;
    const all = commands.map((command) => ({ ...command, correlationData: name }));
    const isTaken = await this.#transport?.publish(COMMANDS_TOPIC, JSON.stringify({ commands: all }));
    if (isTaken !== true) asking.giveUp("it took no commands");
    return asking.answered;
  }

  #hear({ topic, payload }: Message): void {
    if (topic !== RESPONSES_TOPIC) return;
    const read = responsesSchema.safeParse(jsonIn(payload));
    for (const response of read.data?.responses ?? []) this.#asking?.hear(response);
  }
}

/** What was asked of the broker and not answered yet. */
type Asking = {
  readonly answered: Promise<readonly Response[]>;
  hear(response: Response): void;
  giveUp(because: string): void;
};

function asked(name: string, count: number, clock: Clock): Asking {
  const got: Response[] = [];
  let end: (because: string | undefined) => void = () => undefined;
  const answered = new Promise<readonly Response[]>((resolve, reject) => {
    const stop = clock.after(ANSWER_MS, () => end("it may be that this client may not do so"));
    end = (because) => {
      stop();
      if (because === undefined) resolve(got);
      else reject(new Error(`the broker answered ${got.length} of ${count} commands: ${because}`));
    };
  });
  answered.catch(() => undefined);
  const hear = (response: Response): void => {
    if (response.correlationData !== name) return;
    got.push(response);
    if (got.length === count) end(undefined);
  };
  return { answered, hear, giveUp: (because) => end(because) };
}

const activeOf = ({ id, keys, state }: ReturnType<Roster["get"]> & object): readonly (readonly [StandId, string])[] =>
  state === "active" ? [[id, keys.map(thumbprintOf).join(" ")]] : [];

function keysOf(roster: Roster, id: StandId): string | undefined {
  const record = roster.get(id);
  return record && activeOf(record)[0]?.[1];
}
