import qrcode from "qrcode";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { attempt, charged, without } from "./samples.ts";
import { NEVER, TapeRig } from "./tape-rig.ts";
import { type Reply, tapeServer } from "./tape-server.ts";

const QR = "00020101021226620014COM.GO-JEK.WWW6304A623";
const QR_PATH = "/v2/qris/1015a919-b03f-450a-bc85-b38202a79a96/qr-code";

let rig: TapeRig;
beforeEach(() => {
  rig = new TapeRig();
});
afterEach(() => rig.close());

describe("a charge without its QR text", () => {
  const pictured = (url: string, name = "generate-qr-code") => ({
    body: { ...without(charged, "qr_string"), actions: [{ name, method: "GET", url }] },
  });
  const picture = (): Promise<Buffer> => qrcode.toBuffer(QR, { scale: 4 });

  test.each(["generate-qr-code", "generate-qr-code-v2"])("is read from the picture of %s", async (name) => {
    const png = await picture();
    const provider = await rig.against((one) =>
      one.line.startsWith("GET") ? { body: png } : pictured(`${rig.url}${QR_PATH}`, name),
    );
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "issued", qr: QR });
    expect(rig.lines()).toEqual(["POST /v2/charge", `GET ${QR_PATH}`]);
    expect(rig.heard(1).headers).not.toHaveProperty("authorization");
  });

  test("is read from the second picture when the first cannot be had", async () => {
    const png = await picture();
    const actions = [
      { name: "generate-qr-code", url: "/a" },
      { name: "generate-qr-code-v2", url: "/b" },
    ];
    const provider = await rig.against((one) => {
      if (one.line.startsWith("POST")) {
        const at = actions.map((action) => ({ ...action, url: `${rig.url}${action.url}` }));
        return { body: { ...without(charged, "qr_string"), actions: at } };
      }
      return one.line === "GET /a" ? { status: 404, body: "no" } : { body: png };
    });
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "issued", qr: QR });
  });

  test.each<[string, Reply]>([
    ["is missing", { status: 404, body: "no" }],
    ["is no picture", { body: "<html></html>" }],
    ["is too large", { body: Buffer.alloc(600 * 1_024) }],
    ["does not arrive", "hang-up"],
  ])("is unclear when the picture %s", async (_, reply) => {
    const provider = await rig.against((one) =>
      one.line.startsWith("GET") ? reply : pictured(`${rig.url}${QR_PATH}`),
    );
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "unclear" });
    expect(rig.lines()).toHaveLength(2);
  });

  test("is unclear when the picture comes with an error, whatever it shows", async () => {
    const png = await picture();
    const provider = await rig.against((one) =>
      one.line.startsWith("GET") ? { status: 410, body: png } : pictured(`${rig.url}${QR_PATH}`),
    );
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "unclear" });
  });

  test("is unclear when the picture lies with somebody else, who is not asked", async () => {
    const other = await tapeServer([{ body: await picture() }]);
    const elsewhere = other.url.replace("127.0.0.1", "localtest.example");
    const provider = await rig.against([pictured(elsewhere)]);
    expect(await provider.charge(attempt, NEVER)).toMatchObject({
      is: "unclear",
      detail: expect.stringContaining("is not an address of Midtrans"),
    });
    await other.close();
    expect(other.heard).toEqual([]);
  });

  test("is unclear when there is no picture either", async () => {
    const provider = await rig.against([{ body: without(charged, "qr_string", "actions") }]);
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "unclear" });
  });
});
