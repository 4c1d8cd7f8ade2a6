import { journalContract } from "./contract.ts";
import { SqlitePlace } from "./sqlite-place.ts";

journalContract("SQLite", async () => new SqlitePlace());
