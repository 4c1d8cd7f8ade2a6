import { HardwareFault } from "../../device/device.ts";
import { EXIT_BAD_CONFIG } from "../../host/config.ts";
import { daemonCommand } from "../../host/daemon.ts";
import { FAILED } from "../../host/program.ts";
import { SocketFault } from "../../host/socket-file.ts";
import { JournalFault } from "../../journal/journal.ts";
import { readSetup, type Setup } from "../setup.ts";

/** Drives the stand until SIGTERM. What drives is loaded last: a configuration that is not usable is answered at once. */
export const run = daemonCommand<Setup>({
  name: "gateway",
  read: readSetup,
  levelOf: ({ config }) => config.log_level,
  begin: async (setup, env, log) => {
    const { drive } = await import("../drive.ts");
    await drive(setup, env, log);
  },
  codeOf: (error) => {
    if (error instanceof JournalFault && error.code === "newer") return EXIT_BAD_CONFIG;
    const isExpected = [HardwareFault, JournalFault, SocketFault].some((kind) => error instanceof kind);
    return isExpected ? FAILED : undefined;
  },
});
