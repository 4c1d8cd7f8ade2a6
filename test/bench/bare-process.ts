/** What a process costs that does nothing of ours: `bare`; `imports`: it has loaded what the daemon loads; `open FILE`. */
const [, , how, file] = process.argv;

if (how === "imports") {
  await import("../../gateway/drive.ts");
  await import("../../device/drawing/draw-page.ts");
  await import("../../device/drawing/draw-slip.ts");
}
if (how === "open" && file !== undefined) {
  const { default: Database } = await import("better-sqlite3");
  const database = new Database(file);
  database.pragma("quick_check(1)");
  database.prepare("SELECT count(*) FROM orders WHERE finished = 0").get();
}
process.stdout.write("up\n");
process.stdin.resume();
