/** What keeps a stand from selling. A sale that cannot end is not begun. */
export type Obstacle =
  | "link-down"
  | "no-paper"
  | "printer-not-ready"
  | "screen-failed"
  | "release-not-ready"
  | "disk-full"
  | "journal-failed";
