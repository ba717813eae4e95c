import { cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import { type BuildOptions, build } from "esbuild";
import { BUNDLE_FOLDER } from "@/lib/env/bundle-folder";
import nextConfig from "@/next.config.mjs";

// Each part but the portal is one folder of bundled files: it needs Node and nothing else on its machine. Code that few
// need (a key service's client, the operator's rare commands) is in files of its own that are loaded on demand.

export const BUNDLED = ["worker", "signer", "custodian", "witness"] as const;
/** The parts whose keys may be in a token: they start its program as a process of their own. */
const WITH_TOKENS: readonly string[] = ["signer", "custodian", "witness", "sealport-op"];

/** Acts that use the portal's packages, or read the database as a portal does. They are in the portal's folder. */
const NEED_PORTAL: readonly string[] = [
  "./setup-link",
  "./create-admin",
  "./recover",
  "@/lib/launch/backup/command",
];

/** Packages of the CommonJS kind ask for what an ES module does not have. */
const BANNER = `import { createRequire as sealportRequire } from "node:module";
const require = sealportRequire(import.meta.url);
const __filename = import.meta.filename;
const __dirname = import.meta.dirname;
globalThis[Symbol.for("${BUNDLE_FOLDER}")] = import.meta.dirname;`;

const OPTIONS = {
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  conditions: ["react-server"],
  splitting: true,
  outExtension: { ".js": ".mjs" },
  chunkNames: "chunk-[hash]",
  charset: "utf8",
  minifySyntax: true,
  minifyWhitespace: true,
  // The notices of the packages' licences, in files next to the code.
  legalComments: "external",
  banner: { js: BANNER },
  logLevel: "warning",
  // pg asks for these where they are there.
  external: ["pg-native", "cloudflare:sockets"],
} satisfies BuildOptions;

function copyTokenProgram(root: string, folder: string): void {
  const target = path.join(folder, "lib/keystore/token");
  mkdirSync(target, { recursive: true });
  for (const name of ["arena", "cryptoki", "module", "pkcs11-numbers", "token-process"])
    cpSync(path.join(root, `lib/keystore/token/${name}.mjs`), path.join(target, `${name}.mjs`));
  copyTokenPackages(root, path.join(target, "node_modules"));
}

/** Not its sources in C++, its documents, and the build for another C library. */
const isNeeded = (file: string): boolean =>
  !/koffi\/(?:doc|lib|vendor|src\/cnoke)$|\/musl_x64$|\.(?:d\.ts|md|map|txt|cc|hh|inc|S|asm)$/.test(file) ||
  file.endsWith("LICENSE.txt");

/** The library that loads a token's module. It is machine code, so it cannot be in a bundle. */
export function copyTokenPackages(root: string, modules: string): void {
  for (const name of ["koffi", `@koromix/koffi-${process.platform}-${process.arch}`])
    cpSync(path.join(root, "node_modules", name), path.join(modules, name), {
      recursive: true,
      filter: isNeeded,
    });
}

/** LevelDB, which the custodian's index needs. Its loader looks for the machine code in the folder of the bundle. */
function copyLevelDb(root: string, folder: string): void {
  const from = path.join(root, "node_modules/classic-level");
  const platform = `prebuilds/${process.platform}-${process.arch}`;
  cpSync(path.join(from, platform), path.join(folder, platform), {
    recursive: true,
    filter: (file) => !file.includes(".musl."),
  });
  for (const licence of ["LICENSE", "deps/leveldb/leveldb-1.20/LICENSE", "deps/snappy/snappy/COPYING"])
    cpSync(path.join(from, licence), path.join(folder, "prebuilds", licence));
}

/** Bundles a part: `PART.mjs`, `health.mjs` and the files that they load. */
export async function bundlePart(
  root: string,
  part: (typeof BUNDLED)[number],
  folder: string,
): Promise<void> {
  const entryPoints = { [part]: `scripts/start-${part}.ts`, health: "scripts/health.ts" };
  await build({ ...OPTIONS, absWorkingDir: root, entryPoints, outdir: folder });
  if (WITH_TOKENS.includes(part)) copyTokenProgram(root, folder);
  if (part === "custodian") copyLevelDb(root, folder);
}

/**
 * Bundles the operator's command with the migrations. What acts as the portal itself is in the portal's folder
 * (`portal/sealport-op.mjs`): it needs the portal's packages.
 */
export async function bundleOperator(root: string, folder: string): Promise<void> {
  await build({
    ...OPTIONS,
    absWorkingDir: root,
    entryPoints: { "sealport-op": "scripts/op.ts" },
    outdir: folder,
    external: [...OPTIONS.external, ...NEED_PORTAL],
  });
  copyTokenProgram(root, folder);
  cpSync(path.join(root, "prisma/migrations"), path.join(folder, "prisma/migrations"), { recursive: true });
  copyEngine(root, path.join(folder, "node_modules"));
}

/** Prisma's schema engine finds its WebAssembly next to its package. */
function copyEngine(root: string, modules: string): void {
  const name = "@prisma/schema-engine-wasm";
  for (const file of ["package.json", "schema_engine_bg.js", "schema_engine_bg.wasm"])
    cpSync(path.join(root, "node_modules", name, file), path.join(modules, name, file));
}

/** In the portal's folder these come from its node_modules, where Next left them out of its own bundles too. */
const OF_PORTAL: readonly string[] = nextConfig.serverExternalPackages ?? [];

/** Bundles what the operator runs as the portal: its health check, and the acts that need a portal's packages. */
export async function bundlePortalActs(root: string, folder: string): Promise<void> {
  await build({
    ...OPTIONS,
    absWorkingDir: root,
    entryPoints: { "sealport-op": "scripts/op.ts", health: "scripts/health.ts" },
    outdir: folder,
    external: [...OPTIONS.external, ...OF_PORTAL, "./migrate"],
  });
  copyLevelDb(root, folder);
}
