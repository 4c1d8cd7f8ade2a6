import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { main } from "../../../backend/main.ts";
import { certificateFacts, openAuthority } from "../../../host/certificates.ts";
import { typed } from "../../support/typed.ts";

test("a new authority is a key that its owner alone reads, and a certificate on the screen; no file is written over", async () => {
  const folder = mkdtempSync(join(tmpdir(), "authority-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "key.pem");
  const types = () => typed(main, ["new-authority", file, "--name", "Kopi's stands"]);
  const { code, out } = await types();
  const key = readFileSync(file, "utf8");
  expect([code, statSync(file).mode & 0o777]).toEqual([0, 0o600]);
  expect(openAuthority({ certificate: out, key }).endsMs).toBeGreaterThan(Date.now() + 9 * 365 * 86_400_000);
  expect(certificateFacts(out).name).toBe("Kopi's stands");
  expect(await types()).toMatchObject({ code: 1, out: "", err: expect.stringContaining("no authority was made") });
  expect(readFileSync(file, "utf8")).toBe(key);
});
