import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { readSelling, Shelf } from "../../../gateway/settings/shelf.ts";
import { TrustedKeys } from "../../../gateway/settings/trusted-keys.ts";
import { silentLog } from "../../../host/log.ts";
import type { FileHands } from "../../../host/replace-file.ts";
import type { StandId } from "../../../protocol/ids.ts";
import { newKeyPair } from "../../../protocol/keys.ts";
import { dyingDisk, PowerLost, promptDisk } from "../../support/dying-disk.ts";
import { STAND } from "../../support/sale.ts";
import { settingsAt } from "../../support/settings.ts";

let folder: string;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "shelf-")), "settings");
  onTestFinished(() => rmSync(join(folder, ".."), { recursive: true, force: true }));
});

const shelf = (hands?: FileHands, stand: StandId = STAND): Shelf =>
  new Shelf({ folder, stand, log: silentLog, ...(hands === undefined ? {} : { hands }) });
const versioned = (version: number) => ({ version, settings: settingsAt(version * 1_000) });
const damage = (name: string): void => {
  const file = join(folder, name);
  writeFileSync(file, readFileSync(file, "utf8").replace('"price":', '"price":9'));
};

describe("what a stand keeps of its settings", () => {
  test("is there again after a restart", async () => {
    const first = shelf();
    await first.want({ ...versioned(1), tries: 0 });
    await first.sell(versioned(1));
    await first.want({ ...versioned(2), tries: 1 });
    await first.refuse({ ...versioned(3), because: "no such line", by: "fit" });
    const again = shelf();
    expect(again.selling).toMatchObject(versioned(1));
    expect(again.next).toMatchObject({ ...versioned(2), tries: 1 });
    expect(again.refused).toMatchObject({ version: 3, because: "no such line", by: "fit" });
    expect(again.newest).toBe(3);
  });

  test("that a card has changed is not believed: those before are used, then none", async () => {
    const first = shelf();
    await first.sell(versioned(1));
    await first.sell(versioned(2));
    damage("settings.json");
    expect(shelf().selling).toMatchObject(versioned(1));
    damage("settings-before.json");
    expect(shelf().selling).toBeUndefined();
  });

  test("was another stand's is not this one's", async () => {
    await shelf().sell(versioned(1));
    expect(shelf(undefined, "stand-2" as StandId).selling).toBeUndefined();
  });

  test("is for nobody else to read, and for who only looks it is this stand's too", async () => {
    await shelf().sell(versioned(1));
    expect(statSync(join(folder, "settings.json")).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readSelling(folder, STAND)).toMatchObject(versioned(1));
    expect(readSelling(folder, "stand-2" as StandId)).toBeUndefined();
  });

  test("is gone when it is forgotten, also after a restart", async () => {
    const kept = shelf();
    await kept.sell(versioned(1));
    await kept.sell(versioned(2));
    await kept.want({ ...versioned(3), tries: 0 });
    await kept.refuse({ ...versioned(4), because: "no such line", by: "fit" });
    await kept.forget();
    for (const each of [kept, shelf()])
      expect([each.selling, each.next, each.refused, each.newest]).toEqual([undefined, undefined, undefined, 0]);
  });

  test("of those to come is not replaced by a word about those before them", async () => {
    const kept = shelf();
    await kept.want({ ...versioned(3), tries: 0 });
    await kept.want({ ...versioned(4), tries: 0 });
    await kept.tried({ ...versioned(3), tries: 0 });
    await kept.sell(versioned(3));
    for (const each of [kept, shelf()]) expect(each.next).toMatchObject({ version: 4, tries: 0 });
  });

  test("can be changed after a change that the disk did not take", async () => {
    let isFull = true;
    const write: FileHands["write"] = async (file, text, mode) => {
      if (isFull) throw new Error("no space left");
      await promptDisk.write(file, text, mode);
    };
    const kept = shelf({ ...promptDisk, write });
    await expect(kept.sell(versioned(1))).rejects.toThrow("no space");
    expect(kept.selling).toBeUndefined();
    isFull = false;
    await kept.sell(versioned(1));
    expect(shelf().selling).toMatchObject(versioned(1));
  });

  test("of what was refused goes when something newer is used, or the same after all", async () => {
    const kept = shelf();
    await kept.refuse({ ...versioned(2), because: "no such line", by: "fit" });
    await kept.sell(versioned(3));
    expect(shelf().refused).toBeUndefined();
  });
});

describe("when the power goes at any moment", () => {
  test("of taking new settings up, the stand has the old ones or the new ones, whole, and knows what is to come", async () => {
    let cuts = 0;
    for (let nth = 0, died = true; died; nth += 1) {
      rmSync(folder, { recursive: true, force: true });
      const before = shelf();
      await before.sell(versioned(1));
      await before.sell(versioned(2));
      const disk = dyingDisk(nth);
      const told = await taken(shelf(disk.hands));
      died = told !== "all";
      cuts += died ? 1 : 0;
      const again = shelf();
      expect([2, 3]).toContain(again.selling?.version);
      expect(again.selling).toMatchObject(versioned(again.selling?.version ?? 0));
      if (told === "all") expect(again.selling?.version).toBe(3);
      if (told === "wanted" && again.selling?.version === 2) expect(again.next?.version).toBe(3);
      await again.sell(versioned(4));
      expect(shelf().selling).toMatchObject(versioned(4));
    }
    expect(cuts).toBeGreaterThan(8);
  });

  test("of a rotation, the stand trusts the old keys or the new ones, and the next rotation finds it", async () => {
    const pairs = [newKeyPair(), newKeyPair(), newKeyPair()].map(({ publicJwk, signing }) => ({ publicJwk, signing }));
    const [a, b, c] = pairs;
    if (a === undefined || b === undefined || c === undefined) throw new Error("three pairs");
    const trusted = (hands?: FileHands) =>
      new TrustedKeys({ folder, seed: [a.publicJwk], ...(hands === undefined ? {} : { hands }) });
    for (let nth = 0, died = true; died; nth += 1) {
      rmSync(folder, { recursive: true, force: true });
      const disk = dyingDisk(nth);
      died = await trusted(disk.hands)
        .replace(1, [a.publicJwk, b.publicJwk])
        .then(
          () => false,
          () => true,
        );
      const again = trusted();
      expect(again.get(a.signing.kid), `cut ${nth}`).toBeDefined();
      expect(again.get(b.signing.kid) !== undefined).toBe(again.version === 1);
      if (!died) expect(again.version).toBe(1);
      expect(await again.replace(2, [c.publicJwk])).toBe("replaced");
      expect(trusted().get(c.signing.kid)).toBeDefined();
      expect(trusted().get(a.signing.kid)).toBeUndefined();
    }
  });
});

/** How far it came. */
async function taken(kept: Shelf): Promise<"none" | "wanted" | "all"> {
  let came: "none" | "wanted" | "all" = "none";
  try {
    await kept.want({ ...versioned(3), tries: 0 });
    came = "wanted";
    await kept.want({ ...versioned(3), tries: 1 });
    await kept.sell(versioned(3));
    came = "all";
  } catch (error) {
    if (!(error instanceof PowerLost)) throw error;
  }
  return came;
}

describe("the keys that a stand trusts", () => {
  const [seed, next, other] = [newKeyPair(), newKeyPair(), newKeyPair()];
  const open = (keys = [seed.publicJwk]) => new TrustedKeys({ folder, seed: keys });

  test("are those it was installed with until others are named, and then no longer", async () => {
    const trusted = open();
    expect([trusted.version, trusted.get(seed.signing.kid)?.owner]).toEqual([0, "backend"]);
    await trusted.replace(1, [next.publicJwk]);
    expect(trusted.get(seed.signing.kid)).toBeUndefined();
    expect(open().get(next.signing.kid)?.owner).toBe("backend");
  });

  test("are not replaced by an older set, by the same one again, or by none", async () => {
    const trusted = open();
    await trusted.replace(5, [next.publicJwk]);
    expect(await trusted.replace(4, [other.publicJwk])).toBe("known");
    expect(await trusted.replace(5, [other.publicJwk])).toBe("known");
    expect(await trusted.replace(6, [])).toBe("known");
    expect(open().get(next.signing.kid)).toBeDefined();
  });

  test("survive a card that changes one of their files", async () => {
    await open().replace(1, [next.publicJwk]);
    for (const name of ["keys.json", "keys-again.json"]) {
      const file = join(folder, name);
      const whole = readFileSync(file, "utf8");
      writeFileSync(file, whole.replace('"OKP"', '"OKQ"'));
      expect(open().get(next.signing.kid), name).toBeDefined();
      writeFileSync(file, whole);
    }
  });

  test("are the newer of two sets where the power went between their files", async () => {
    await open().replace(1, [next.publicJwk]);
    const older = readFileSync(join(folder, "keys-again.json"));
    await open().replace(2, [other.publicJwk]);
    writeFileSync(join(folder, "keys-again.json"), older);
    const trusted = open();
    expect([trusted.version, trusted.size]).toEqual([2, 1]);
    expect(trusted.get(other.signing.kid)?.owner).toBe("backend");
  });

  test("begin anew where a technician has installed others", async () => {
    await open().replace(3, [next.publicJwk]);
    const anew = open([other.publicJwk]);
    expect([anew.version, anew.get(other.signing.kid) !== undefined]).toEqual([0, true]);
    expect(await anew.replace(1, [next.publicJwk])).toBe("replaced");
  });
});
