import type { Connection, ConnectionEvents, Dial } from "../../wire/attempt.ts";
import type { Will } from "../../wire/transport.ts";

export type FakeConnection = Connection & {
  readonly events: ConnectionEvents;
  readonly will: Will | undefined;
  readonly published: {
    readonly topic: string;
    readonly payload: string;
    readonly retain: boolean;
    readonly unconfirmed: boolean;
    taken(is: boolean): void;
  }[];
  cuts: number;
  goodbyes: (() => void)[];
};

/** A network in which nothing happens but what the test says. */
export function fakeDial(): { readonly dial: Dial; readonly connections: FakeConnection[]; latest(): FakeConnection } {
  const connections: FakeConnection[] = [];
  const dial: Dial = (will, events) => {
    const connection: FakeConnection = {
      events,
      will,
      published: [],
      cuts: 0,
      goodbyes: [],
      publish: (topic, payload, { retain = false, unconfirmed = false }, taken) =>
        void connection.published.push({ topic, payload, retain, unconfirmed, taken }),
      cut: () => {
        connection.cuts += 1;
      },
      leave: (gone) => void connection.goodbyes.push(gone),
    };
    connections.push(connection);
    return connection;
  };
  const latest = (): FakeConnection => {
    const last = connections.at(-1);
    if (last === undefined) throw new Error("nobody has dialled");
    return last;
  };
  return { dial, connections, latest };
}
