import { showRupiah } from "../../../protocol/rupiah.ts";
import { html, type Markup, verbatim } from "../../pay/html.ts";
import type { Case, Deed, Reconciled, Told } from "./case.ts";

/** A case as a page for people, to be read on a screen or printed: Indonesian first, English beside it. Loads nothing. */

const STYLE = `body{font:11pt/1.45 system-ui,sans-serif;margin:2rem auto;max-width:52rem;padding:0 1rem;color:#1a1a1a}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem;border-bottom:1px solid #999}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid #ddd}
th{font-weight:600;white-space:nowrap}code{font-size:.85em;overflow-wrap:anywhere}small{color:#555}tr{break-inside:avoid}
@media print{body{margin:0;max-width:none}}`;

/** In western Indonesian time, which is UTC+7 all year. */
function local(iso: string): string {
  const shifted = new Date(Date.parse(iso) + 7 * 3_600_000).toISOString();
  return `${shifted.slice(0, 10)} ${shifted.slice(11, 19)} WIB`;
}

const EVENTS: Readonly<Record<string, string>> = {
  asked: "Stand meminta kode pembayaran / The stand asked for a code",
  "void-asked": "Stand membatalkan / The stand ended the sale",
  charged: "Jawaban Midtrans atas permintaan kode / Midtrans' answer to the charge",
  news: "Kabar Midtrans tentang pembayaran / Midtrans' word on the payment",
  hinted: "Notifikasi yang harus diperiksa / A notification that had to be checked",
  lapsed: "Waktu habis / The time was over",
  delivered: "Stand: barang sudah keluar / The stand: the goods are out",
  "not-delivered": "Stand: barang tidak keluar / The stand: the goods did not come out",
  synced: "Stand terhubung kembali / The stand connected anew",
  "release-ordered": "Petugas meminta barang dikeluarkan / Staff ordered a release",
  "refund-ordered": "Petugas meminta pengembalian dana / Staff ordered a refund",
  "refund-answered": "Jawaban Midtrans atas pengembalian / Midtrans' answer to the refund",
  remedied: "Diselesaikan petugas / Settled by staff",
};

export function casePage(found: Case, sum: string): string {
  const { order, claim, made, by, why, version, state, story, reconciled, deeds } = found;
  const title = `Pesanan / Order ${order}`;
  const page = html`<!doctype html>
<html lang="id"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<style>${verbatim(STYLE)}</style></head><body>
<h1>${title}</h1>
<p>Kode klaim / Claim code: <strong>${claim}</strong></p>
<h2>Ringkasan / In short</h2>${rows(summaryOf(found))}
<h2>Pembayaran / Payments</h2>${rows(paymentsOf(state))}
<h2>Pengembalian / Refunds</h2>${rows(refundsOf(state))}
<h2>Riwayat / Story</h2>${rows(story.map(storyRow))}
<h2>Rekonsiliasi / Compared with Midtrans' books</h2>${rows(reconciled.map(reconciledRow))}
<h2>Tindakan petugas / What staff did</h2>${rows(deeds.map(deedRow))}
<h2>Tentang halaman ini / About this page</h2>
<p>Dibuat / Made ${local(made)}, <strong>${by}</strong>: ${why}<br><small>qris-gateway ${version}; SHA-256 case.json <code>${sum}</code></small></p>
</body></html>
`;
  return page.html;
}

type Row = readonly [head: string, ...cells: readonly (string | Markup)[]];

const rows = (all: readonly Row[]): Markup =>
  all.length === 0
    ? html`<p>–</p>`
    : html`<table>${all.map(([head, ...cells]) => html`<tr><th scope="row">${head}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</table>`;

function summaryOf({ state }: Case): readonly Row[] {
  const now: Row = ["Keadaan / State", state.at];
  if (state.at === "forestalled") return [["Stand", state.stand], now];
  const { stand, merchant, amount, items } = state.sale;
  return [
    ["Stand", stand],
    ["Merchant", merchant],
    ["Barang / Goods", items.map(({ name, quantity }) => `${quantity} × ${name}`).join(", ")],
    ["Jumlah / Amount", showRupiah(amount)],
    now,
  ];
}

const paymentsOf = (state: Case["state"]): readonly Row[] =>
  ("receipts" in state ? state.receipts : []).map(({ attempt, payment }) => [
    local(payment.paidAt),
    showRupiah(payment.amount),
    html`${[payment.issuer, payment.acquirer].filter((each) => each !== undefined).join(" → ")}<br><code>${payment.transaction}</code>, ${`${attempt}`}
<br><small>${Object.entries(payment.traces ?? {})
      .map(([name, value]) => `${name} ${value}`)
      .join(", ")}</small>`,
  ]);

const refundsOf = (state: Case["state"]): readonly Row[] =>
  ("backs" in state ? (state.backs ?? []) : []).map(({ key, amount, stage, because, detail }) => [
    showRupiah(amount),
    stage,
    html`<code>${key}</code> ${[because, detail].filter((each) => each !== undefined).join(": ")}`,
  ]);

function storyRow({ at, event }: Told): Row {
  const { type, ...more } = event;
  const words = EVENTS[String(type)] ?? String(type);
  return [local(at), html`${words}<br><code>${JSON.stringify(more)}</code>`];
}

const reconciledRow = ({ day, entry }: Reconciled): Row => [
  day,
  entry.at,
  entry.differences.length === 0 ? "sesuai / agrees" : html`<code>${JSON.stringify(entry.differences)}</code>`,
];

const deedRow = ({ at, who, role, source, what, result, because }: Deed): Row => [
  local(at),
  `${who} (${role}, ${source})`,
  `${what}: ${result}${because === undefined ? "" : `, ${because}`}`,
];
