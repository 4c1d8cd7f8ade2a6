import { openHttp } from "../../backend/providers/http.ts";
import { readQrImage } from "../../backend/providers/qr-image.ts";
import type { Route } from "../../host/http.ts";
import type { Midtrans } from "../midtrans/midtrans.ts";
import { type Sandbox, type StartOptions, startMidtrans } from "../midtrans/start.ts";
import { accessOf, type SnapAccess } from "../snap/access.ts";
import { newSnapKeys } from "../snap/keys.ts";
import { appRoutes } from "./app.ts";
import { phoneRoutes } from "./phone.ts";
import { Wallet } from "./wallet.ts";

export type SandboxWithPhone = Sandbox & {
  /** The phone's base address: `POST {phone}/pay`, and the page. */
  readonly phone: string;
  readonly snap: SnapAccess;
};

/** Midtrans' stand-in with the customer's phone on the same port, below `/phone`. */
export async function startSandbox(options: Omit<StartOptions, "routes">): Promise<SandboxWithPhone> {
  const { clock, anywhere = false } = options;
  const snapKeys = options.snapKeys ?? (await newSnapKeys(options.random));
  const http = openHttp({ clock });
  try {
    const routes = (midtrans: Midtrans): readonly Route[] => {
      const wallet = new Wallet(midtrans, () => clock.now().ms);
      return [
        ...phoneRoutes({ at: PHONE, wallet, readPicture: readQrImage, http, anywhere }),
        ...appRoutes({ at: PHONE, wallet, midtrans }),
      ];
    };
    const sandbox = await startMidtrans({ ...options, snapKeys, routes });
    const close = async () => {
      await Promise.all([sandbox.close(), http.close()]);
    };
    return { ...sandbox, phone: sandbox.url + PHONE, snap: accessOf(sandbox, snapKeys), close };
  } catch (error) {
    await http.close();
    throw error;
  }
}

const PHONE = "/phone";
