import { expect } from "vitest";

/** What a customer's phone does besides scanning: it reads the order's page, and pays in GoPay's app. */

/** The words on an order's page, without its markup. */
export async function readPage(address: string | undefined): Promise<string> {
  return (await load(address)).replace(/<style>[\s\S]*?<\/style>|<script>[\s\S]*?<\/script>|<[^>]*>/g, " ");
}

async function load(address: string | undefined): Promise<string> {
  const answer = await fetch(address ?? "", { headers: { "accept-language": "en" } });
  expect(answer.status).toBe(200);
  return answer.text();
}

/** What the app said of the payment, and where it led the customer back to. */
export type Returned = { readonly paid: boolean; readonly back: string };
export type App = { pays(): Promise<Returned>; declines(): Promise<Returned> };

/** The customer taps the link to GoPay on the order's page. */
export async function tapsGopay(page: string | undefined): Promise<App> {
  const [, href = ""] = /class="button" rel="noreferrer" href="([^"]*)"/.exec(await load(page)) ?? [];
  const link = new URL(href.replaceAll("&amp;", "&"));
  const app = new URL(".", link);
  const does = async (what: "pay" | "decline"): Promise<Returned> => {
    const body = JSON.stringify({ referenceid: link.searchParams.get("referenceid") });
    const answer = await fetch(new URL(what, app), { method: "POST", body });
    const { paid, return: back } = (await answer.json()) as { readonly paid: boolean; readonly return: string };
    return { paid, back };
  };
  return { pays: () => does("pay"), declines: () => does("decline") };
}
