import { ALARMS_MIGRATIONS, type AlarmsTables } from "../alarms/tables.ts";
import { CONSOLE_MIGRATIONS, type ConsoleTables } from "../console/tables.ts";
import { HEALTH_MIGRATIONS, type HealthTables } from "../health/tables.ts";
import { RECONCILE_MIGRATIONS, type ReconcileTables } from "../reconcile/tables.ts";
import { SALES_MIGRATIONS, type SalesTables } from "../sales/tables.ts";
import { SETTINGS_MIGRATIONS, type SettingsTables } from "../settings/tables.ts";
import { STANDS_MIGRATIONS, type StandsTables } from "../stands/tables.ts";
import type { Migration } from "./migrations.ts";

/** Every area's tables; a name is one area's alone. */
export type Tables = StandsTables &
  SalesTables &
  ReconcileTables &
  SettingsTables &
  HealthTables &
  AlarmsTables &
  ConsoleTables;

/** Every area's migrations, in the order of the list; each area counts its own. */
export const MIGRATIONS: readonly Migration[] = [
  ...STANDS_MIGRATIONS,
  ...SALES_MIGRATIONS,
  ...RECONCILE_MIGRATIONS,
  ...SETTINGS_MIGRATIONS,
  ...HEALTH_MIGRATIONS,
  ...ALARMS_MIGRATIONS,
  ...CONSOLE_MIGRATIONS,
];
