import { expect, test } from "vitest";
import { type Frame, HardwareFault, type Screen } from "../../../device/device.ts";
import { screenOn } from "../../../device/screens/glass.ts";
import type { Area } from "../../../device/screens/pixels.ts";
import { colourful, patched } from "./pictures.ts";

const WHOLE: Area = { x: 0, y: 0, width: 8, height: 6 };

/** A panel that notes what it is asked to paint, and does so when told. */
class Slow {
  readonly painted: Area[] = [];
  readonly #waiting: { done(): void; fail(error: Error): void }[] = [];
  isClosed = false;
  readonly screen: Screen = screenOn({
    name: "the panel",
    width: 8,
    height: 6,
    paint: (_, area) => {
      this.painted.push(area);
      return new Promise((resolve, reject) => this.#waiting.push({ done: resolve, fail: reject }));
    },
    close: async () => {
      this.isClosed = true;
    },
  });

  get atOnce(): number {
    return this.#waiting.length;
  }

  async finish(error?: Error): Promise<void> {
    const one = this.#waiting.shift();
    if (error === undefined) one?.done();
    else one?.fail(error);
    await new Promise((resolve) => setImmediate(resolve));
  }

  async show(frame: Frame): Promise<void> {
    const shown = this.screen.show(frame);
    await new Promise((resolve) => setImmediate(resolve));
    await this.finish();
    await shown;
  }
}

const frame = colourful(8, 6);

test("the whole of the first picture is painted, then what changed, and nothing when nothing did", async () => {
  const panel = new Slow();
  await panel.show(frame);
  await panel.show(patched(frame, 2, 1, 3, 2));
  await panel.show(patched(frame, 2, 1, 3, 2));
  expect(panel.painted).toEqual([WHOLE, { x: 2, y: 1, width: 3, height: 2 }]);
});

test("after a fault nobody knows what is there: the whole picture is painted again", async () => {
  const panel = new Slow();
  await panel.show(frame);
  const failed = expect(panel.screen.show(patched(frame, 2, 1, 3, 2))).rejects.toThrow("the bus");
  await new Promise((resolve) => setImmediate(resolve));
  await panel.finish(new HardwareFault("the bus"));
  await failed;
  await panel.show(frame);
  expect(panel.painted.at(-1)).toEqual(WHOLE);
});

test("a picture that its owner draws over afterwards is compared as it was", async () => {
  const panel = new Slow();
  const mine = patched(frame, 0, 0, 1, 1);
  await panel.show(mine);
  mine.rgba.set(patched(mine, 5, 5, 1, 1).rgba);
  await panel.show(mine);
  expect(panel.painted.at(-1)).toEqual({ x: 5, y: 5, width: 1, height: 1 });
});

test("one picture at a time, in order, and no more than eight wait", async () => {
  const panel = new Slow();
  const shows = Array.from({ length: 8 }, (_, at) => panel.screen.show(patched(frame, at, 0, 1, 1)));
  await expect(panel.screen.show(frame)).rejects.toThrow("8 pictures wait already");
  for (let left = 8; left > 0; left -= 1) {
    await new Promise((resolve) => setImmediate(resolve));
    expect(panel.atOnce).toBe(1);
    await panel.finish();
  }
  await Promise.all(shows);
  expect(panel.painted[1]).toEqual({ x: 0, y: 0, width: 2, height: 1 });
});

test("closing lets the picture under way be finished, and no other begin", async () => {
  const panel = new Slow();
  const [first, second] = [panel.screen.show(frame), panel.screen.show(patched(frame, 1, 1, 1, 1))];
  const refused = expect(second).rejects.toThrow("closed");
  await new Promise((resolve) => setImmediate(resolve));
  const closed = panel.screen.close();
  expect(panel.isClosed).toBe(false);
  await panel.finish();
  await Promise.all([first, refused, closed]);
  expect(panel.isClosed).toBe(true);
  expect(panel.painted).toHaveLength(1);
});
