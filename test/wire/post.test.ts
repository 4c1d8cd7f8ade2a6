import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { Post, type PostOptions } from "../../wire/post.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

function setUp(options: Partial<PostOptions> & { readonly taken?: Promise<boolean> } = {}) {
  const clock = new VirtualClock();
  const sent: string[] = [];
  const { taken = Promise.resolve(true), ...rest } = options;
  const publish = (topic: string, sealed: string): Promise<boolean> => {
    sent.push(`${topic} ${sealed}`);
    return taken;
  };
  return { clock, sent, post: new Post({ transport: { publish }, clock, ...rest }) };
}

describe("a statement under way", () => {
  test("is acked when the other side says that it has it", async () => {
    const { clock, post, sent } = setUp();
    const delivery = post.send("one", "up", "sealed");
    expect(sent).toEqual(["up sealed"]);
    post.acked(["other", "one"]);
    expect(await delivery).toBe("acked");
    expect([post.underWay, clock.pending]).toEqual([0, 0]);
  });

  test("is acked also when the ack overtakes the broker's own answer", async () => {
    const { post } = setUp({ taken: new Promise(() => undefined) });
    const delivery = post.send("one", "up", "sealed");
    post.acked(["one"]);
    expect(await delivery).toBe("acked");
  });

  test("is silent when no ack comes in time", async () => {
    const { clock, post } = setUp();
    const delivery = post.send("one", "up", "sealed");
    await clock.advance(9_999);
    expect(post.underWay).toBe(1);
    await clock.advance(1);
    expect(await delivery).toBe("silent");
    expect(post.underWay).toBe(0);
  });

  test("is down when the broker did not take it, or the sending broke", async () => {
    const { post } = setUp({ taken: Promise.resolve(false) });
    expect(await post.send("one", "up", "sealed")).toBe("down");
    const broken = setUp({ taken: Promise.reject(new Error("bug")) });
    expect(await broken.post.send("one", "up", "sealed")).toBe("down");
  });

  test("is down when the connection is lost, like all the others", async () => {
    const { clock, post } = setUp();
    const deliveries = [post.send("one", "up", "a"), post.send("two", "up", "b")];
    post.lost();
    expect(await Promise.all(deliveries)).toEqual(["down", "down"]);
    expect([post.underWay, clock.pending]).toEqual([0, 0]);
  });

  test("is down when whoever hears its topic has lost the connection, and only then", async () => {
    const { post } = setUp();
    const [lost, kept] = [post.send("one", "stand-1/down", "a"), post.send("two", "stand-2/down", "b")];
    post.lost("stand-1/down");
    expect(await lost).toBe("down");
    expect(post.underWay).toBe(1);
    post.acked(["two"]);
    expect(await kept).toBe("acked");
  });

  test("is silent when its sender wants to wait no longer", async () => {
    const { clock, post } = setUp();
    const stop = new AbortController();
    const delivery = post.send("one", "up", "sealed", stop.signal);
    stop.abort();
    expect(await delivery).toBe("silent");
    expect(clock.pending).toBe(0);
  });

  test("leaves nothing with a sender that goes on, however many it was", async () => {
    const { post } = setUp();
    const stop = new AbortController();
    const delivery = post.send("one", "up", "sealed", stop.signal);
    expect(getEventListeners(stop.signal, "abort")).toHaveLength(1);
    post.acked(["one"]);
    await delivery;
    expect(getEventListeners(stop.signal, "abort")).toHaveLength(0);
  });

  test("is not even sent when its sender has stopped before", async () => {
    const { post, sent } = setUp();
    expect(await post.send("one", "up", "sealed", AbortSignal.abort())).toBe("silent");
    expect(sent).toEqual([]);
  });

  test("that is sent twice is acked twice by one ack", async () => {
    const { post } = setUp();
    const deliveries = [post.send("one", "up", "sealed"), post.send("one", "up", "sealed")];
    post.acked(["one"]);
    expect(await Promise.all(deliveries)).toEqual(["acked", "acked"]);
  });

  test("is not sent again when its ack came late, after nobody waited any more", async () => {
    const { clock, post, sent } = setUp();
    const first = post.send("one", "up", "sealed");
    await clock.advance(10_000);
    expect(await first).toBe("silent");
    expect(post.acked(["one"])).toEqual(["one"]);
    expect(await post.send("one", "up", "sealed")).toBe("acked");
    expect(sent).toHaveLength(1);
  });

  test("is sent again when a thousand later acks came late as well", async () => {
    const { post, sent } = setUp();
    post.acked(["one", ...Array.from({ length: 1_024 }, (_, nth) => `late ${nth}`)]);
    void post.send("one", "up", "sealed");
    expect(await post.send("late 0", "up", "sealed")).toBe("acked");
    expect(sent).toEqual(["up sealed"]);
  });

  test("that was acked late twice is among the latest", async () => {
    const { post, sent } = setUp();
    post.acked(["one", ...Array.from({ length: 1_023 }, (_, nth) => `late ${nth}`), "one", "last"]);
    expect(await post.send("one", "up", "sealed")).toBe("acked");
    expect(sent).toEqual([]);
  });

  test("that is one too many is not sent", async () => {
    const { post, sent } = setUp({ atMost: 2 });
    void post.send("one", "up", "a");
    void post.send("two", "up", "b");
    expect(await post.send("three", "up", "c")).toBe("silent");
    expect(sent).toEqual(["up a", "up b"]);
    post.acked(["one"]);
    void post.send("three", "up", "c");
    expect(sent).toHaveLength(3);
  });
});
