import { openAccounts } from "./pages/accounts.js";
import { openAlarms } from "./pages/alarms.js";
import { openAudit } from "./pages/audit.js";
import { openHome } from "./pages/home.js";
import { openOrder } from "./pages/order.js";
import { openOrders } from "./pages/orders.js";
import { openSales } from "./pages/sales.js";
import { openStand } from "./pages/stand.js";
import { openStands } from "./pages/stands.js";
import { openVersions } from "./pages/versions.js";

/** @type {readonly import("./router.js").Route[]} */
export const routes = [
  { path: "/", title: "nav.home", page: openHome },
  { path: "/stands", title: "nav.stands", page: openStands },
  { path: "/stands/:id", title: "nav.stands", page: openStand },
  { path: "/orders", title: "nav.orders", page: openOrders },
  { path: "/orders/:id", title: "nav.orders", page: openOrder },
  { path: "/sales", title: "nav.sales", page: openSales },
  { path: "/alarms", title: "nav.alarms", page: openAlarms },
  { path: "/versions", title: "nav.versions", page: openVersions },
  { path: "/accounts", title: "nav.accounts", page: openAccounts, role: "admin" },
  { path: "/audit", title: "nav.audit", page: openAudit, role: "admin" },
];

/** What leads there, most used first; a phone shows the first four beside the rest. */
export const ways = /** @type {const} */ ([
  { path: "/", icon: "home", key: "nav.home" },
  { path: "/stands", icon: "stand", key: "nav.stands" },
  { path: "/orders", icon: "order", key: "nav.orders" },
  { path: "/sales", icon: "chart", key: "nav.sales" },
  { path: "/alarms", icon: "bell", key: "nav.alarms" },
  { path: "/versions", icon: "layers", key: "nav.versions" },
  { path: "/accounts", icon: "people", key: "nav.accounts", role: "admin" },
  { path: "/audit", icon: "book", key: "nav.audit", role: "admin" },
]);
