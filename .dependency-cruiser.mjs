// Imports point down the list of docs/architecture and CONTRIBUTING, never up and never in a circle.
// No nested quantifiers in patterns: dependency-cruiser refuses them.

/** Rooms of lib from the top down. A room may import itself and those in lower lines, but no other room of its line. */
const LAYERS = [
  ["http"],
  ["seed", "import"],
  ["runtime"],
  ["api-client"],
  ["home"],
  ["flags"],
  ["alerts"],
  ["administration"],
  ["notify"],
  ["live", "transparency"],
  ["policies"],
  ["evidence"],
  ["disputes"],
  ["transactions"],
  ["keys"],
  ["access"],
  ["authorities", "organisations", "custodian"],
  ["identity"],
  ["escrow/client"],
  ["backup"],
  ["audit"],
  ["context"],
  ["jobs", "ipc", "rate-limit"],
  ["db", "keystore"],
  ["escrow/protocol"],
  ["etag", "paging"],
  ["env", "telemetry", "clock", "format", "digests", "schema", "vocabulary", "issue-words"],
  ["errors", "addresses"],
  ["error-codes", "word-lists", "days"],
  ["crypto"],
];

const folder = (name) => `^lib/${name}(/|\\.ts$)`;
const TESTS = "\\.test\\.tsx?$|^lib/testing/|^e2e/|^bench/|-fixture\\.ts$";

const layerRules = LAYERS.flatMap((names, index) =>
  names.flatMap((name) => {
    const closed = [...LAYERS.slice(0, index).flat(), ...names.filter((other) => other !== name)];
    if (closed.length === 0) return [];
    return {
      name: `${name.replace("/", "-")}-points-down`,
      severity: "error",
      from: { path: folder(name), pathNot: TESTS },
      to: { path: closed.map(folder).join("|") },
    };
  }),
);

/** A file or folder directly in lib that LAYERS does not name: a new room has to take its place. */
const NAMED = [...LAYERS.flat(), "escrow", "launch", "testing"];

export default {
  /** Rules that a type import does not break: it leaves nothing in what runs. */
  valuesOnly: ["the-slot-names-types-only", "only-stores-reach-prisma", "one-module-makes-connections"],
  forbidden: [
    ...layerRules,
    {
      name: "no-circle",
      severity: "error",
      from: { pathNot: TESTS },
      to: { circular: true },
    },
    {
      name: "every-room-has-a-layer",
      severity: "error",
      from: {},
      to: { path: "^lib/", pathNot: `^lib/(${NAMED.join("|")})(/|\\.tsx?$)` },
    },
    {
      name: "instrumentation-builds-the-runtime",
      severity: "error",
      from: { pathNot: `^instrumentation\\.ts$|^scripts/(seed|create-admin|setup-link)\\.ts$|${TESTS}` },
      to: { path: "^lib/runtime/portal\\.ts$" },
    },
    {
      name: "the-slot-names-types-only",
      severity: "error",
      from: { path: "^lib/runtime/slot\\.ts$" },
      to: { path: "^lib/", pathNot: "^lib/env/served-tenant\\.ts$" },
    },
    {
      name: "not-unresolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^pdfjs-dist/types/" },
    },
    {
      name: "lib-knows-no-app",
      severity: "error",
      from: { path: "^lib/", pathNot: TESTS },
      to: { path: "^(app|components|cli|scripts|e2e|bench|sdk)/" },
    },
    {
      name: "the-command-line-calls-the-api",
      severity: "error",
      from: { path: "^cli/", pathNot: TESTS },
      to: {
        path: "^(lib|app|components|scripts|e2e|bench|sdk)/",
        pathNot:
          "[/-]schema\\.ts$|^lib/(vocabulary|word-lists|days)\\.ts$|^lib/(format|digests|issue-words)\\.ts$|^lib/(api-client|import/lists)/|^lib/crypto/|^lib/audit/bundle-verifier/|^lib/audit/export/tables/csv-cell\\.ts$|^lib/escrow/protocol/statements\\.ts$|^scripts/(file-source|keep-policy)\\.ts$",
      },
    },
    {
      name: "components-know-the-vocabulary-only",
      severity: "error",
      from: { path: "^components/", pathNot: TESTS },
      to: {
        path: "^(lib|app)/",
        pathNot:
          "[/-]schema\\.ts$|/labels\\.ts$|^lib/(vocabulary|word-lists|days)\\.ts$|^lib/(format|digests|issue-words)\\.ts$|^lib/api-client/|^lib/crypto/|^lib/audit/bundle-verifier/",
      },
    },
    {
      name: "ui-has-no-domain-words",
      severity: "error",
      from: { path: "^components/(ui|layout)/" },
      to: { path: "^components/domain/" },
    },
    {
      name: "crypto-imports-nothing-of-ours",
      severity: "error",
      from: { path: "^lib/crypto/", pathNot: TESTS },
      to: { path: "^(lib|app|components)/", pathNot: "^lib/crypto/" },
    },
    {
      name: "node-only-behind-primitives",
      severity: "error",
      from: {
        path: "^lib/(crypto|audit/bundle-verifier)/",
        pathNot: `${TESTS}|^lib/crypto/primitives`,
      },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "browser-code-is-not-server-only",
      severity: "error",
      from: {
        path: "^lib/(crypto|audit/bundle-verifier|api-client|import/lists)/|/schema\\.ts$|/labels\\.ts$",
        pathNot: TESTS,
      },
      to: { path: "^node_modules/server-only/" },
    },
    {
      name: "only-stores-reach-prisma",
      severity: "error",
      from: { path: "^(app|components|lib)/", pathNot: `${TESTS}|/store\\.ts$|-store\\.ts$|^lib/db/` },
      to: {
        path: "^lib/db/generated/|^node_modules/@prisma/",
      },
    },
    {
      name: "one-module-makes-connections",
      severity: "error",
      from: {
        path: "^(app|components|lib|scripts)/",
        pathNot: `${TESTS}|^lib/db/connection\\.ts$`,
      },
      to: { path: "^node_modules/pg/" },
    },
    {
      name: "pages-and-routes-know-no-database",
      severity: "error",
      from: { path: "^(app|components)/" },
      to: { path: "^lib/db/|^node_modules/(pg|@prisma)/" },
    },
    {
      name: "api-client-is-the-sdk",
      severity: "error",
      from: { path: "^lib/api-client/", pathNot: TESTS },
      to: { path: "^node_modules/(react|react-dom|next)/" },
    },
    {
      name: "the-sdk-gives-out-what-runs-anywhere",
      severity: "error",
      from: { path: "^sdk/" },
      to: {
        path: "^(lib|app|components|scripts)/",
        pathNot:
          "^lib/(api-client|crypto|audit/bundle-verifier)/|^lib/(schema|vocabulary|word-lists|days)\\.ts$",
      },
    },
    {
      name: "one-module-knows-the-aws-sdk",
      severity: "error",
      from: {
        path: "^(app|components|lib|scripts)/",
        pathNot: `${TESTS}|^lib/keystore/roots/aws-kms-root\\.ts$`,
      },
      to: { path: "^node_modules/@aws-sdk/" },
    },
    {
      name: "the-aws-sdk-is-loaded-when-it-is-chosen",
      severity: "error",
      from: { pathNot: TESTS },
      to: { path: "^lib/keystore/roots/aws-kms-root\\.ts$", dependencyTypesNot: ["dynamic-import"] },
    },
    {
      name: "only-the-token-process-loads-native-modules",
      severity: "error",
      from: { pathNot: "^lib/keystore/token/[a-z0-9-]+\\.mjs$" },
      to: { path: "^node_modules/koffi/|^lib/keystore/token/[a-z0-9-]+\\.mjs$" },
    },
    {
      name: "production-imports-no-test",
      severity: "error",
      from: { path: "^(app|components|lib|cli|scripts|prisma)/", pathNot: TESTS },
      to: { path: TESTS },
    },
    {
      name: "sections-keep-their-components",
      severity: "error",
      from: { path: "^app/\\(portal\\)/([^/]+)/" },
      to: { path: "^app/\\(portal\\)/[^/]+/_components/", pathNot: "^app/\\(portal\\)/$1/" },
    },
    {
      name: "only-scripts-launch",
      severity: "error",
      from: { path: "^(app|components|lib)/", pathNot: `${TESTS}|^lib/launch/` },
      to: { path: "^lib/launch/|^lib/db/embedded/", pathNot: "^lib/db/embedded/" },
    },
  ],
  options: {
    parser: "swc",
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "^node_modules/|^lib/db/generated/" },
    exclude: { path: "^\\.next/|^next-env\\.d\\.ts$" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["react-server", "import", "node", "default"],
      extensions: [".ts", ".tsx", ".mjs", ".js", ".json", ".css"],
    },
  },
};
