import { openHttp } from "../../backend/providers/http.ts";
import { readQrImage } from "../../backend/providers/qr-image.ts";
import type { Route } from "../../host/http.ts";
import type { Random } from "../../protocol/ids.ts";
import type { MerchantOptions } from "../midtrans/account.ts";
import type { Accounts } from "../midtrans/accounts.ts";
import { type Sandbox, type StartOptions, startMidtrans } from "../midtrans/start.ts";
import { accessOf, type SnapAccess } from "../snap/access.ts";
import { newSnapKeys } from "../snap/keys.ts";
import { phoneRoutes } from "./phone.ts";
import { Wallet } from "./wallet.ts";

/** What the clients of one merchant need. */
export type MerchantAccess = { readonly merchantId: string; readonly serverKey: string; readonly snap: SnapAccess };

export type SandboxWithPhone = Sandbox & {
  /** The phone's base address: `POST {phone}/pay`, and the page. */
  readonly phone: string;
  /** Of the first merchant. */
  readonly snap: SnapAccess;
  /** Of every merchant, the first one first. */
  readonly merchants: readonly MerchantAccess[];
};

/** Midtrans' stand-in with the customer's phone on the same port, below `/phone`. Merchants without keys for BI-SNAP get some. */
export async function startSandbox(options: Omit<StartOptions, "routes">): Promise<SandboxWithPhone> {
  const { clock, random, anywhere = false } = options;
  const snapKeys = options.snapKeys ?? (await newSnapKeys(random));
  const others = await Promise.all((options.others ?? []).map((each) => withSnapKeys(each, random)));
  const http = openHttp({ clock });
  try {
    const routes = (accounts: Accounts): readonly Route[] => {
      const wallet = new Wallet(accounts, () => clock.now().ms);
      return phoneRoutes({ at: PHONE, wallet, readPicture: readQrImage, http, anywhere });
    };
    const sandbox = await startMidtrans({ ...options, snapKeys, others, routes });
    const close = async () => {
      await Promise.all([sandbox.close(), http.close()]);
    };
    const snap = accessOf(sandbox, snapKeys);
    const merchants = [{ ...options, merchantId: sandbox.merchantId, snapKeys }, ...others].map((each) => ({
      merchantId: each.merchantId,
      serverKey: each.serverKey,
      snap: accessOf({ url: sandbox.url, merchantId: each.merchantId }, each.snapKeys),
    }));
    return { ...sandbox, phone: sandbox.url + PHONE, snap, merchants, close };
  } catch (error) {
    await http.close();
    throw error;
  }
}

const withSnapKeys = async (merchant: MerchantOptions, random: Random) => ({
  ...merchant,
  snapKeys: merchant.snapKeys ?? (await newSnapKeys(random)),
});

const PHONE = "/phone";
