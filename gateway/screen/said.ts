import type { Words } from "../../device/drawing/page.ts";
import { type Meaning, meanings } from "../../protocol/settings.ts";
import type { LinkObstacle, Obstacle } from "../readiness/preflight.ts";
import type { Says } from "./view.ts";

/** The same in Indonesian and in English. */
export const words = (first: string, second: string): Words => ({ first, second });

/** An obstacle that has words of its own on the screen; those of the link have a page. */
export type Said = Exclude<Obstacle, LinkObstacle>;

export const isMeaning = (obstacle: Obstacle): obstacle is Meaning => meanings.some((meaning) => meaning === obstacle);

/** What customers read of it. */
export const saidOf = (obstacle: Said, says: Says | undefined): Words =>
  (isMeaning(obstacle) ? says?.[obstacle] : undefined) ?? obstacleWords[obstacle];

const obstacleWords: Record<Said, Words> = {
  "door-open": words("Pintu mesin terbuka", "The machine's door is open"),
  tilted: words("Mesin miring", "The machine is tilted"),
  "out-of-order": words("Mesin sedang diperiksa", "The machine is being checked"),
  updating: words("Mesin sedang diperbarui", "The machine is being updated"),
  "no-paper": words("Kertas printer habis", "The printer is out of paper"),
  "printer-not-ready": words("Printer tidak siap", "The printer is not ready"),
  "screen-failed": words("Layar terganggu", "The screen is disturbed"),
  "release-not-ready": words("Mesin tidak siap membuka", "The machine is not ready to open"),
  "sensor-stuck": words("Tempat keluar belum bebas", "The outlet is not clear"),
  "disk-full": words("Penyimpanan penuh", "The storage is full"),
  "journal-failed": words("Penyimpanan terganggu", "The storage is disturbed"),
};
