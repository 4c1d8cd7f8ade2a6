import type { WallMs } from "../../protocol/time.ts";
import type { Store } from "../store/store.ts";

const KEPT_MS = 30 * 86_400_000;

/**
 * Puts away what nobody asks for any more: codes a month after their time, and the texts of certificates that have ended. That a
 * certificate's key was used stays known, so that no old request gets a new one.
 */
export async function tidyStands(store: Store, wall: WallMs): Promise<void> {
  const before = wall - KEPT_MS;
  await store.deleteFrom("stand_codes").where("ends_ms", "<", before).execute();
  await store
    .updateTable("stand_certificates")
    .set({ pem: "" })
    .where("ends_ms", "<", before)
    .where("pem", "!=", "")
    .execute();
}
