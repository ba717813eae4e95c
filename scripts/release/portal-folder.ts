import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { z } from "zod";
import { copyTokenPackages } from "./bundles";

// The portal of a release: what `next build` traced, our own HTTP server, and the files that the portal opens by name.
// Of the trace only the build and the packages are taken: a file of the sources that it names is not needed at run time.

/** Opened below the working folder by the portal. */
const OPENED = [
  "docs/guides",
  "docs/custody",
  "docs/witness.md",
  "docs/openapi.json",
  "sdk/README.md",
  "prisma/migrations",
  "public",
  "lib/policies/proof/solver-process.mjs",
  "scripts/start-portal.mjs",
  "scripts/server",
  ...["arena", "cryptoki", "module", "pkcs11-numbers", "token-process"].map(
    (name) => `lib/keystore/token/${name}.mjs`,
  ),
];
/** Fonts of evidence files, and the colour profile that their writer reads: no trace sees them. */
const READ_IN_PACKAGES = [
  ...["Regular", "Medium", "SemiBold"].map((face) => `geist/dist/fonts/geist-sans/Geist-${face}.ttf`),
  "geist/dist/fonts/geist-mono/GeistMono-Regular.ttf",
  "geist/LICENSE.txt",
  "pdfkit/js/data",
];
/** Loaded by the solver's own process, which no trace sees. */
const SOLVER = "z3-solver";
const isOpened = (file: string): boolean => !/\.test\.ts$|\.d\.mts$|docs\/guides\/images/.test(file);
/** Files of packages and of the build that are never loaded: types, maps, sources, traces and prose, but no licence. */
const UNUSED = /\.(?:d\.[cm]?ts|[cm]?tsx?|map|flow|nft\.json|md|markdown)$/i;
const isUnused = (file: string): boolean =>
  UNUSED.test(file) && !/licen[cs]e|notice|copying/i.test(path.basename(file));

function copyOpened(root: string, folder: string): void {
  for (const name of OPENED) {
    if (!existsSync(path.join(root, name))) continue;
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true, filter: isOpened });
  }
}

const Manifest = z.object({ dependencies: z.record(z.string(), z.string()).default({}) });

/** Copies a package with the packages that it depends on. */
function copyPackage(root: string, name: string, modules: string): void {
  const from = path.join(root, "node_modules", name);
  const { dependencies } = Manifest.parse(JSON.parse(readFileSync(path.join(from, "package.json"), "utf8")));
  cpSync(from, path.join(modules, name), { recursive: true });
  for (const other of Object.keys(dependencies))
    if (!existsSync(path.join(modules, other))) copyPackage(root, other, modules);
}

/** Removes files that are never loaded, and folders that are then empty. */
function prune(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) prune(full);
    else if (isUnused(full)) rmSync(full);
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}

/** Replaces the path of the folder in which the build was made, because other machines do not have it. */
function forgetPlace(root: string, folder: string): void {
  const file = path.join(folder, ".next/required-server-files.json");
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replaceAll(JSON.stringify(root).slice(1, -1), "/opt/sealport/portal"));
}

/** Assembles the portal from a finished build: `node portal.mjs` in this folder starts it. */
export function assemblePortal(root: string, folder: string): void {
  const standalone = path.join(root, ".next/standalone");
  const copy = (from: string, to: string) =>
    cpSync(from, path.join(folder, to), { recursive: true, verbatimSymlinks: true });
  copy(path.join(standalone, ".next"), ".next");
  copy(path.join(standalone, "node_modules"), "node_modules");
  copy(path.join(root, ".next/static"), ".next/static");
  const modules = path.join(folder, "node_modules");
  copyPackage(root, SOLVER, modules);
  for (const name of READ_IN_PACKAGES)
    cpSync(path.join(root, "node_modules", name), path.join(modules, name), { recursive: true });
  copyTokenPackages(root, modules);
  for (const name of ["node_modules", ".next"]) prune(path.join(folder, name));
  copyOpened(root, folder);
  forgetPlace(root, folder);
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")));
  writeFileSync(
    path.join(folder, "package.json"),
    `${JSON.stringify({ name: "sealport-portal", version, private: true, type: "module" }, undefined, 2)}\n`,
  );
  writeFileSync(path.join(folder, "portal.mjs"), 'import "./scripts/start-portal.mjs";\n');
}
