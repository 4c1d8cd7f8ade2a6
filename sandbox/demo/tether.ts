/**
 * Loaded into the demo's children by `--import`, before their own program. Their standard input is a pipe that the demo holds
 * open: when the demo is gone, however that came about, it ends, and so do they.
 */
const die = (): void => {
  process.kill(process.pid, "SIGKILL");
};

process.stdin.on("end", die).on("error", die).resume();
process.stdin.unref();
