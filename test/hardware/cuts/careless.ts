import Database from "better-sqlite3";

/** For a control: SQLite does not wait for the disk, whatever it is told. */
const exec = Database.prototype.exec;
Database.prototype.exec = function careless(this: Database.Database, sql: string) {
  return exec.call(this, /^PRAGMA synchronous/i.test(sql) ? "PRAGMA synchronous = OFF" : sql);
};
