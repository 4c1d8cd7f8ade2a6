import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Day } from "../../../backend/reconcile/day.ts";
import { readAmount } from "../../../backend/reconcile/report/amount.ts";
import { type Columns, columnsSchema } from "../../../backend/reconcile/report/columns.ts";
import { readDate } from "../../../backend/reconcile/report/date.ts";
import { pickReport } from "../../../backend/reconcile/report/pick.ts";
import { readReport } from "../../../backend/reconcile/report/read.ts";
import { readStatus, reportSchema } from "../../../backend/reconcile/report/rows.ts";
import { PRICE } from "../../support/sale.ts";

const DAY = "2026-11-20" as Day;
const usual: Columns = columnsSchema.parse({});
const read = (text: string | Uint8Array, columns = usual) =>
  readReport(typeof text === "string" ? new TextEncoder().encode(text) : text, columns);
const rowsOf = (text: string | Uint8Array, columns = usual) => {
  const report = read(text, columns);
  if (report.is === "unreadable") throw new Error(report.because);
  return report.rows;
};

describe("an amount in a report", () => {
  test.each([
    ["15000", 15_000],
    ["15000.00", 15_000],
    ["15000,0", 15_000],
    ["15.000", 15_000],
    ["15,000", 15_000],
    ["Rp 15.000", 15_000],
    ["Rp. 15.000,00", 15_000],
    ["rp15.000", 15_000],
    ["IDR 15,000.00", 15_000],
    ["15,000.00 IDR", 15_000],
    ["Rp\u00a01.500.000", 1_500_000],
    ["1,500,000.0", 1_500_000],
    ["0", 0],
    ["15.00", 15],
    ["999", 999],
    ["1.500,000", undefined],
    ["15.000.00", undefined],
    ["1500.000", undefined],
    ["15000.50", undefined],
    ["15 000 000 000 000 000", undefined],
    ["-15000", undefined],
    ["(15.000)", undefined],
    ["1e5", undefined],
    ["USD 15", undefined],
    ["", undefined],
    ["free", undefined],
  ])("%j is %j", (text, amount) => {
    expect(readAmount(text)).toBe(amount);
  });
});

describe("a date in a report", () => {
  test.each([
    ["2026-11-20 15:46:00", DAY],
    ["2026-11-20", DAY],
    ["2026/11/20 00:00", DAY],
    ["20/11/2026", DAY],
    ["20-11-2026 15:46", DAY],
    ["20 Nov 2026, 15:46", DAY],
    ["20 November 2026", DAY],
    ["5 Agustus 2026", "2026-08-05"],
    ["05 Mei 2026 10:00", "2026-05-05"],
    ["7 Okt 2026", "2026-10-07"],
    ["31 Des 2026", "2026-12-31"],
    ["2026-11-19T17:00:00Z", DAY],
    ["2026-11-19T16:59:59.999Z", "2026-11-19"],
    ["2026-11-20 15:46:00 +0700", DAY],
    ["2026-11-20T23:30:00+09:00", DAY],
    ["11/20/2026", undefined],
    ["31/11/2026", undefined],
    ["20 Foo 2026", undefined],
    ["20261120", undefined],
    ["46346.65", undefined],
    ["", undefined],
  ])("%j is %j", (text, day) => {
    expect(readDate(text)).toBe(day);
  });
});

test.each([
  ["settlement", "settled"],
  ["Settlement", "settled"],
  ["SUCCESS", "settled"],
  ["Paid ", "settled"],
  ["pending", "pending"],
  ["expire", "expired"],
  ["Canceled", "cancelled"],
  ["cancel", "cancelled"],
  ["deny", "denied"],
  ["failure", "denied"],
  ["partial_refund", "refunded"],
  ["Partially Refunded", "refunded"],
  ["chargeback", "refunded"],
  ["authorize", undefined],
  ["constructor", undefined],
  ["", undefined],
])("the status %j is %j", (text, status) => {
  expect(readStatus(text)).toBe(status);
});

describe("a report", () => {
  const row = {
    line: 2,
    reference: "A-1",
    transaction: "t-1",
    status: "settled",
    amount: PRICE,
    day: DAY,
  };

  test.each([
    [
      "plain",
      "Order ID,Transaction ID,Transaction status,Gross amount,Settlement time\nA-1,t-1,settlement,15000.00,2026-11-20 15:46:00\n",
    ],
    [
      "with quotes",
      '"Order ID","Transaction ID","Status","Amount","Settlement time"\r\n"A-1","t-1","settlement","15,000.00","2026-11-20 15:46:00"\r\n',
    ],
    [
      "with semicolons",
      "order_id;transaction_id;transaction_status;gross_amount;settlement_time\nA-1;t-1;settlement;Rp 15.000,00;20/11/2026 15:46\n",
    ],
    ["with tabs", "ORDER ID\tTRANSACTION ID\tSTATUS\tAMOUNT\tDATE\nA-1\tt-1\tPaid\t15.000\t20 Nov 2026\n"],
    [
      "with columns in another order",
      "Amount,Date & time,Customer e-mail,Status,Order ID,Transaction ID\n15000,2026-11-20 15:46,a@b.id,Settlement,A-1,t-1\n",
    ],
    [
      "with spaces around",
      " Order ID , Transaction ID , Status , Amount , Settlement Date \n A-1 , t-1 , settlement , 15000 , 2026-11-20 \n",
    ],
  ])("%s is read by the names of its columns", (_, text) => {
    expect(rowsOf(text)).toEqual([row]);
  });

  test("may begin with a byte order mark, or be in the encoding of a spreadsheet", () => {
    const text = "Order ID,Transaction ID,Status,Amount,Date\nA-1,t-1,settlement,15000,2026-11-20\n";
    expect(rowsOf(`\ufeff${text}`)).toEqual([row]);
    expect(rowsOf(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]))).toEqual([row]);
  });

  test("may have a title above its header, blank lines, and a sum below", () => {
    const text = "Transactions of Warung Uji\n\nOrder ID;Status;Amount\n\nA-1;settlement;15000\n;;15000\n";
    expect(read(text)).toEqual({
      is: "read",
      rows: [{ line: 5, reference: "A-1", status: "settled", amount: PRICE }],
      unread: [],
    });
  });

  test("may lack what it can lack: transaction, amount, time; and what cannot be read counts as not said", () => {
    expect(rowsOf("Order ID,Status\nA-1,settlement\n")).toEqual([{ line: 2, reference: "A-1", status: "settled" }]);
    expect(rowsOf("Order ID,Status,Amount,Date\nA-1,settlement,a lot,soon\nB-1,expire\n")).toEqual([
      { line: 2, reference: "A-1", status: "settled" },
      { line: 3, reference: "B-1", status: "expired" },
    ]);
  });

  test("tells the rows that say something of money in a way that is not known here", () => {
    const text = `Order ID,Status\n,settlement\nA-1,authorize\n${"x".repeat(65)}-1,settlement\nB-1,settlement\n`;
    expect(read(text)).toEqual({
      is: "read",
      rows: [{ line: 5, reference: "B-1", status: "settled" }],
      unread: [
        { line: 2, because: "names no order" },
        { line: 3, because: 'its status is "authorize"' },
        { line: 4, because: "its order id is longer than any" },
      ],
    });
  });

  test("is read by the names that the configuration gives its columns, the best first", () => {
    const columns = columnsSchema.parse({ order: ["Nomor Pesanan"], status: ["Status Pembayaran", "Status"] });
    const text = "Status,Nomor pesanan,Status pembayaran\nshipped,A-1,settlement\n";
    expect(rowsOf(text, columns)).toEqual([{ line: 2, reference: "A-1", status: "settled" }]);
  });

  test.each([
    [
      "",
      'has no column for the order (looked for "order id") and none for the status (looked for "transaction status", "status")',
    ],
    ["Order ID,Amount\nA-1,15000\n", 'has no column for the status (looked for "transaction status", "status")'],
    ["Name,Status\nA,settlement\n", 'has no column for the order (looked for "order id")'],
  ])("without the columns that it must have says which: %j", (text, because) => {
    const report = read(text);
    expect(report.is).toBe("unreadable");
    expect(report.is === "unreadable" && report.because).toContain(because);
    expect(report.is === "unreadable" && report.because).toContain("reconcile.report_columns");
  });

  test("with a quote that nobody closes is not half a report", () => {
    const report = read('Order ID,Status\nA-1,settlement\nB-1,"settlement\nC-1,settlement\n');
    expect(report).toMatchObject({ is: "unreadable", because: expect.stringMatching(/^is no CSV: Quote Not Closed/) });
  });

  test("of any bytes at all is read or refused, and never throws", () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const bytes = Uint8Array.from({ length: 60 }, (_, at) => (seed * 31 + at * at * 17) % 256);
      expect(["read", "unreadable"]).toContain(read(bytes).is);
    }
  });

  test("that is longer than a day's can be is refused", () => {
    const text = `Order ID,Status\n${"A-1,settlement\n".repeat(50_001)}`;
    expect(read(text)).toEqual({ is: "unreadable", because: "has 50001 rows; 50000 are read" });
  });

  test("travels as it was read", () => {
    const report = read("Order ID,Status,Amount,Date\nA-1,settlement,15000,2026-11-20\n,settlement\n");
    if (report.is === "unreadable") throw new Error(report.because);
    const { rows, unread } = report;
    expect(reportSchema.parse(JSON.parse(JSON.stringify({ name: "r", rows, unread })))).toEqual({
      name: "r",
      rows,
      unread,
    });
  });
});

describe("the folder of reports", () => {
  const folder = (files: Readonly<Record<string, string>>): string => {
    const made = mkdtempSync(join(tmpdir(), "reports-"));
    onTestFinished(() => rmSync(made, { recursive: true }));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(made, name), text);
    return made;
  };

  test("has the day's reports by their names, of every merchant", async () => {
    const place = folder({
      "kafe-2026-11-20.csv": "Order ID,Status\nA-1,settlement\n",
      "parkir_20261120.CSV": "Order ID;Status\nB-1;settlement\n",
      "kafe-2026-11-19.csv": "Order ID,Status\nC-1,settlement\n",
      "notes-2026-11-20.txt": "nothing",
    });
    const report = await pickReport(place, DAY, usual);
    expect(report?.name).toBe("kafe-2026-11-20.csv, parkir_20261120.CSV");
    expect(report?.rows.map(({ reference }) => reference)).toEqual(["A-1", "B-1"]);
  });

  test("says of a file that cannot be read what is wrong with it", async () => {
    const report = await pickReport(folder({ "2026-11-20.csv": "nothing here" }), DAY, usual);
    expect(report).toMatchObject({
      rows: [],
      unread: [{ because: expect.stringMatching(/^2026-11-20\.csv has no column/) }],
    });
  });

  test("that is none says so", async () => {
    const place = folder({ file: "" });
    const report = await pickReport(join(place, "file"), DAY, usual);
    expect(report).toMatchObject({
      rows: [],
      unread: [{ because: expect.stringContaining("cannot be read: ENOTDIR") }],
    });
  });

  test("may be empty, or not there", async () => {
    expect(await pickReport(folder({}), DAY, usual)).toBeUndefined();
    expect(await pickReport("/nowhere/reports", DAY, usual)).toBeUndefined();
  });
});
