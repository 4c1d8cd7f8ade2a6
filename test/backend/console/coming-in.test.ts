import { expect, test } from "vitest";
import { openConsoleRig, PASSWORD } from "./rig.ts";

test("a new account comes in with its one-time password, and does nothing before it has one of its own", async () => {
  const rig = await openConsoleRig();
  const password = await rig.invited("ani", "staff");
  const ani = rig.stranger();
  const { body } = await ani.signIn("ani", password);
  expect(body).toMatchObject({ name: "ani", role: "staff", mustChangePassword: true });
  expect(await ani.get("/api/overview")).toMatchObject({ status: 403, body: { error: "password-change" } });
  ani.csrf = String(body["csrf"]);
  const changed = await ani.post("/api/me/password", { old: password, new: PASSWORD });
  expect(changed).toMatchObject({ status: 200, body: { mustChangePassword: false } });
  expect(await ani.get("/api/overview")).toMatchObject({ status: 200 });
});
