import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";

// Bundles the programs that `npm start` starts and the command for its keys, one file each, unless they are up to date. From its bundle a program starts in a third of
// the time that it takes to load several hundred source files through tsx. Packages stay outside, and files that the programs open by
// name stay where they are: `import.meta.url` keeps its source file's address.
const PROGRAMS = [
  "start-worker",
  "start-signer",
  "start-custodian",
  "start-witness",
  "create-keys",
  "keys",
  "seed",
  "op",
];
/** lib/launch/program.ts names it too. */
const FOLDER = "node_modules/.cache/sealport-programs";

const digestOf = (root, files) => {
  const hash = createHash("sha256");
  for (const file of files) {
    const full = path.join(root, file);
    hash.update(`${file}\0`).update(existsSync(full) ? readFileSync(full) : "missing");
  }
  return hash.digest("hex");
};

function isCurrent(root) {
  const stamp = path.join(root, FOLDER, "inputs.json");
  if (!existsSync(stamp)) return false;
  const { files, digest } = JSON.parse(readFileSync(stamp, "utf8"));
  return digestOf(root, files) === digest;
}

const keepAddresses = {
  name: "keep-addresses",
  setup(esbuild) {
    esbuild.onLoad({ filter: /\.(ts|mjs)$/ }, ({ path: file }) => {
      const text = readFileSync(file, "utf8");
      if (!text.includes("import.meta.url")) return;
      const { absWorkingDir: root } = esbuild.initialOptions;
      const source = JSON.stringify(path.relative(path.join(root, FOLDER), file));
      const address = `new URL(${source}, import.meta.url).href`;
      return { contents: text.replaceAll("import.meta.url", address), loader: "ts" };
    });
  },
};

/** Each file is put in place at once: a program that another start loads meanwhile is whole, old or new. */
function put(root, name, content) {
  const file = path.join(root, FOLDER, name);
  writeFileSync(`${file}.${process.pid}`, content);
  renameSync(`${file}.${process.pid}`, file);
}

/** Returns after the bundles are those of the sources. */
export async function bundlePrograms(root) {
  if (isCurrent(root)) return;
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: PROGRAMS.map((name) => `scripts/${name}.ts`),
    outdir: FOLDER,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    conditions: ["react-server"],
    metafile: true,
    write: false,
    logLevel: "warning",
    plugins: [keepAddresses],
  });
  const files = ["scripts/bundle-programs.mjs", "tsconfig.json", ...Object.keys(metafile.inputs).sort()];
  mkdirSync(path.join(root, FOLDER), { recursive: true });
  for (const { path: file, contents } of outputFiles) put(root, path.basename(file), contents);
  put(root, "inputs.json", JSON.stringify({ digest: digestOf(root, files), files }));
}
