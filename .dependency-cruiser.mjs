/**
 * Which folders of ours a folder may import from; only what is listed. `journal/` and `host/` see no more than the words of time,
 * `backend/` of all devices only how a QR code is made.
 */
const MAY_IMPORT = {
  protocol: ["protocol/"],
  device: ["device/"],
  journal: ["journal/", "protocol/time[.]ts"],
  host: ["host/", "protocol/time[.]ts"],
  wire: ["wire/", "protocol/", "host/(log|program|seldom)[.]ts"],
  gateway: ["gateway/", "protocol/", "wire/", "host/", "journal/", "device/"],
  backend: ["backend/", "protocol/", "wire/", "host/", "journal/", "device/drawing/qr[.]ts"],
  sandbox: ["sandbox/", "protocol/", "wire/", "host/", "journal/", "device/", "gateway/", "backend/"],
};

const PRODUCT = `^(${Object.keys(MAY_IMPORT).join("|")})/`;
/** The machines and the words: same input, same output, nothing of the world. */
const PURE =
  "^(protocol/(time|rupiah|statements|topics)|gateway/(order/[^/]+|screen/(pages|order-pages|said|view))|backend/(merchants/(admission|keyring)|ledger/[^/]+|settings/(check|differs)|health/(parse|figures|presence|standing)|alarms/(kinds|conditions|judge|notice|mail-words)))[.]ts$";

const oneWay = Object.entries(MAY_IMPORT).map(([folder, allowed]) => ({
  name: `imports-of-${folder}`,
  severity: "error",
  comment: `${folder}/ may import of ours only ${allowed.join(", ")}: move what is shared down, or hand it in as an argument.`,
  from: { path: `^${folder}/` },
  to: { path: "^[^/]+/", pathNot: [`^(${allowed.join("|")})`, "^node_modules/"], dependencyTypesNot: ["core"] },
}));

export default {
  forbidden: [
    ...oneWay,
    {
      name: "no-circles",
      severity: "error",
      comment: "Two files that need each other are one file, or lack a third that both may import.",
      from: { path: [PRODUCT, "^test/"] },
      to: { circular: true },
    },
    {
      name: "found",
      severity: "error",
      comment: "An import that leads nowhere: is the file named right, is the package in package.json?",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "only-what-is-installed",
      severity: "error",
      comment:
        "The product runs with its `dependencies` alone: no development tools, no packages that came with others.",
      from: { path: PRODUCT },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "one-file-a-package",
      severity: "error",
      comment:
        "Each npm package is known by one file, behind an interface of ours; zod, the language of schemas, is free.",
      from: { path: PRODUCT },
      module: { path: "^node_modules/", pathNot: "^node_modules/zod/", numberOfDependentsMoreThan: 1 },
    },
    {
      name: "pure",
      severity: "error",
      comment:
        "Words, machines and pages touch nothing of the machine they run on: clock, chance and files come as arguments.",
      from: { path: PURE },
      to: { dependencyTypes: ["core"] },
    },
  ],
  options: {
    parser: "swc",
    preserveSymlinks: true,
    doNotFollow: { path: "^node_modules/" },
    exclude: { path: "^(dist|coverage|[.]cache)/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
      mainFields: ["main"],
    },
  },
};
