import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { channels, everyTopicOf, readTopic, topicOf, topicTemplate } from "../../protocol/topics.ts";
import { STAND } from "./samples.ts";

describe("a topic", () => {
  test.each(channels)("of the channel %s reads back as it was written", (channel) => {
    expect(readTopic(topicOf(STAND, channel))).toEqual({ stand: STAND, channel });
  });

  test("has one place in the tree", () => {
    expect(topicOf(STAND, "up")).toBe("qris/v1/stands/lobby-1/up");
    expect(topicTemplate("up")).toBe("qris/v1/stands/{standId}/up");
  });

  test("of every stand may be shared among backends", () => {
    expect(everyTopicOf("up")).toBe("qris/v1/stands/+/up");
    expect(everyTopicOf("up", "tills")).toBe("$share/tills/qris/v1/stands/+/up");
  });

  test.each([
    "",
    "qris/v1/stands/lobby-1",
    "qris/v1/stands/lobby-1/sideways",
    "qris/v1/stands/lobby-1/up/more",
    "qris/v1/stands/lobby-1/up/",
    "qris/v1/stands//up",
    "qris/v1/stands/+/up",
    "qris/v1/stands/Lobby/up",
    "qris/v2/stands/lobby-1/up",
    "/qris/v1/stands/lobby-1/up",
    "$SYS/broker/uptime",
  ])("is none of ours: %j", (topic) => {
    expect(readTopic(topic)).toBeUndefined();
  });

  test("of any text is read without breaking", () => {
    const parts = fc.array(fc.oneof(fc.string(), fc.constantFrom("qris", "v1", "stands", "up")), { maxLength: 7 });
    fc.assert(fc.property(parts, (words) => void readTopic(words.join("/"))));
  });
});
