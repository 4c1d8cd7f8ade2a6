import { expect, test } from "vitest";
import { Pictures } from "../../../backend/settings/pictures.ts";
import type { Store } from "../../../backend/store/store.ts";
import { steadyClock } from "../../../host/clock.ts";
import { newUlid, type StandId } from "../../../protocol/ids.ts";
import { freshStore, storeSuites } from "../../support/stores.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const LOBBY = "lobby-1" as StandId;
const PNG = Buffer.from("\x89PNG of a test").toString("base64url");

function glass(store: Store, answer?: (say: Pictures) => Promise<void>) {
  const clock = steadyClock("test");
  let looks = 0;
  const pictures: Pictures = new Pictures({
    store,
    clock,
    say: async () => {
      looks += 1;
      if (answer !== undefined) clock.after(5, () => void answer(pictures));
      return true;
    },
    newId: () => newUlid(clock.wall(), Math.random),
    nowMs: () => clock.now().ms,
  });
  return { pictures, looks: () => looks };
}

storeSuites("pictures of stands", (_, freshPlace) => {
  test("an answer that reaches another backend is found by the one that asked", async () => {
    const place = await freshPlace();
    const other = glass(await place.open());
    const asking = glass(await place.open(), () => other.pictures.heard(LOBBY, { type: "seen", png: PNG, page: "qr" }));
    const picture = await asking.pictures.freshPicture(LOBBY, 120_000);
    expect(picture).toMatchObject({ page: "qr", isFresh: true });
    expect(Buffer.from(picture?.png ?? []).toString("base64url")).toBe(PNG);
  });
});

test("a stand that does not answer shows its last picture, which is not fresh", async () => {
  const store = await freshStore();
  const { pictures } = glass(store);
  expect(await pictures.freshPicture(LOBBY, 20)).toBeUndefined();
  await pictures.heard(LOBBY, { type: "seen", page: "welcome" });
  const { pictures: later } = glass(store);
  expect(await later.last(LOBBY)).toMatchObject({ page: "welcome", isFresh: false });
  expect(await later.freshPicture(LOBBY, 20)).toMatchObject({ page: "welcome", isFresh: false });
});

/** On a clock in the test's hand; `answers`: at once when it is asked. */
async function slowGlass(answers: boolean) {
  const clock = new VirtualClock();
  const asked: StandId[] = [];
  const pictures: Pictures = new Pictures({
    store: await freshStore(),
    clock,
    say: async (stand) => {
      asked.push(stand);
      if (answers) await pictures.heard(stand, { type: "seen", page: "qr" });
      return true;
    },
    newId: () => newUlid(clock.wall(), Math.random),
    nowMs: () => clock.now().ms,
  });
  return { clock, pictures, asked };
}

test("an answer that is there as soon as it was asked for is fresh; after a second a stand is asked anew", async () => {
  const { clock, pictures, asked } = await slowGlass(true);
  const looks = async () => [(await pictures.freshPicture(LOBBY, 5_000))?.isFresh, asked.length];
  expect(await looks()).toEqual([true, 1]);
  clock.pass(999);
  expect(await looks()).toEqual([true, 1]);
  clock.pass(1);
  expect(await looks()).toEqual([true, 2]);
});

test("whoever waits is woken by the answer, and no timer stays", async () => {
  const { clock, pictures } = await slowGlass(false);
  const looking = pictures.freshPicture(LOBBY, 5_000);
  await expect.poll(() => clock.pending).toBe(1);
  await pictures.heard(LOBBY, { type: "seen", page: "qr" });
  expect(await looking).toMatchObject({ page: "qr", isFresh: true });
  expect(clock.pending).toBe(0);
});

test("people who look at one stand at the same moment share a question and its answer", async () => {
  const { pictures, looks } = glass(await freshStore(), (them) => them.heard(LOBBY, { type: "seen", page: "qr" }));
  const seen = await Promise.all([pictures.freshPicture(LOBBY, 5_000), pictures.freshPicture(LOBBY, 5_000)]);
  expect(seen.map((each) => each?.isFresh)).toEqual([true, true]);
  expect(looks()).toBe(1);
  expect((await pictures.freshPicture(LOBBY, 5_000))?.isFresh).toBe(true);
  expect(looks()).toBe(1);
});
