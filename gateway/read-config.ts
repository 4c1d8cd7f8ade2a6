import { type Configured, readConfigFile } from "../host/config.ts";
import { type GatewayConfig, gatewayConfig } from "./config.ts";
import { withIdentity } from "./enrolment/identity.ts";

/** The stand's configuration, and who it is where an enrolment says so. */
export const readGatewayConfig = (file: string): Configured<GatewayConfig> =>
  readConfigFile(file, gatewayConfig, withIdentity);
