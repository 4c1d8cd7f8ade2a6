import { say } from "./document.ts";
import { html, type Markup } from "./html.ts";
import { plain, type Tongue, words } from "./tongue.ts";

/** Whom a customer can turn to, as the operator writes it. */
export type Contact = { readonly [Way in "name" | "email" | "phone"]?: string | undefined };

/** What the customer has to say. */
export type Claim = { readonly claim: string; readonly order: string; readonly time?: string };

/** Without any contact it is the staff at the machine. A mail begins with what staff will ask for. */
export function contactPart(contact: Contact, claim: Claim, tongue: Tongue): Markup {
  const { name, email, phone } = contact;
  const lines = [
    ...(name === undefined ? [] : [html`${name}`]),
    ...(phone === undefined ? [] : [html`<a href="tel:${phone.replace(/[^+\d]/g, "")}">${phone}</a>`]),
    ...(email === undefined ? [] : [html`<a href="${mailTo(email, claim, tongue)}">${email}</a>`]),
  ];
  const shown = lines.length === 0 ? [say(STAFF, tongue)] : lines;
  return html`<address>${shown.map((line) => html`<span>${line}</span>`)}</address>`;
}

function mailTo(email: string, { claim, order, time }: Claim, tongue: Tongue): string {
  const facts = [
    [CLAIM, claim],
    [ORDER, order],
    [TIME, time],
  ] as const;
  const body = facts.flatMap(([label, fact]) => (fact === undefined ? [] : [`${plain(label, tongue)}: ${fact}`]));
  const subject = `${plain(CLAIM, tongue)} ${claim}`;
  return `mailto:${email}?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body.join("\r\n"))}`;
}

const STAFF = words("Petugas di mesin", "The staff at the machine");
const CLAIM = words("Kode klaim", "Claim code");
const ORDER = words("Pesanan", "Order");
const TIME = words("Waktu", "Time");
