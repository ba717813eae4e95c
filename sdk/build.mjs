import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

// `npm run build:sdk`: makes sdk/dist from lib. node: with node:crypto; browser: with @noble, for bundlers; standalone:
// the same with all code in it, for a page without a bundler. The compiler writes the types of what the entry exports.
const sdk = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(sdk);
const { dependencies, version } = JSON.parse(readFileSync(path.join(sdk, "package.json"), "utf8"));
const product = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));

function refuse(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}

if (version !== product.version)
  refuse(`sdk/package.json has version ${version}, package.json ${product.version}`);
for (const [name, wanted] of Object.entries(dependencies))
  if (product.dependencies[name] !== wanted) refuse(`sdk/package.json and package.json differ in ${name}`);

/** The same pair of files that the portal's own build exchanges for browsers (next.config.mjs). */
const browserPrimitives = {
  name: "browser-primitives",
  setup({ onResolve }) {
    onResolve({ filter: /\/primitives(-stream)?$/ }, ({ path: asked, importer }) =>
      importer.includes(`${path.sep}lib${path.sep}`)
        ? { path: path.join(root, "lib/crypto", `${path.basename(asked)}.browser.ts`) }
        : undefined,
    );
  },
};

async function bundle(name, options) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["sdk/src/index.ts"],
    outdir: path.join(out, name),
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    tsconfig: path.join(root, "tsconfig.json"),
    metafile: true,
    logLevel: "error",
    ...options,
  });
  // A client's program must not include code of the server.
  const foreign = Object.keys(metafile.inputs).filter((file) =>
    /server-only|lib\/db\/|lib\/env|@prisma|\.test\.ts$/.test(file),
  );
  if (foreign.length > 0) refuse(`${name} has in it: ${foreign.join(", ")}`);
}

const SPECIFIER = /((?:from|import)\s*\(?\s*)"((?:@\/|\.{1,2}\/)[^"]+)"/g;

/** Where a specifier of the sources leads among the declarations, as a path without its ending. */
function targetOf(file, specifier) {
  const base = specifier.startsWith("@/")
    ? path.join(types, specifier.slice(2))
    : path.resolve(path.dirname(file), specifier);
  return base.replace(/\.js$/, "");
}

/** Keeps the declarations that the entry leads to, with specifiers that any resolution of modules understands. */
function tidyTypes() {
  const kept = new Set();
  const waiting = [path.join(types, "sdk/src/index.d.ts")];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (kept.has(file)) continue;
    kept.add(file);
    const text = readFileSync(file, "utf8").replace(SPECIFIER, (_, before, specifier) => {
      const target = targetOf(file, specifier);
      if (!existsSync(`${target}.d.ts`)) refuse(`${file} leads to ${specifier}, of which there are no types`);
      waiting.push(`${target}.d.ts`);
      const relative = path.relative(path.dirname(file), target).split(path.sep).join("/");
      return `${before}"${relative.startsWith(".") ? relative : `./${relative}`}.js"`;
    });
    writeFileSync(file, text);
  }
  for (const name of readdirSync(types, { recursive: true })) {
    const file = path.join(types, name);
    if (file.endsWith(".d.ts") && !kept.has(file)) rmSync(file);
  }
  const server = [...kept].filter((file) => /lib\/(db|custody|http)\//.test(file));
  if (server.length > 0) refuse(`the types lead to the server's: ${server.join(", ")}`);
}

// Written under another name and then renamed, so that a reader never finds half of it.
const out = path.join(sdk, `.dist-${process.pid}`);
const types = path.join(out, "types");
try {
  const external = Object.keys(dependencies);
  await bundle("node", { platform: "node", external });
  await bundle("browser", { platform: "browser", external, plugins: [browserPrimitives] });
  await bundle("standalone", { platform: "browser", plugins: [browserPrimitives], minify: true });
  const tsc = path.join(root, "node_modules/.bin/tsc");
  execFileSync(tsc, ["-p", path.join(sdk, "tsconfig.json"), "--outDir", types], { stdio: "inherit" });
  tidyTypes();
  rmSync(path.join(sdk, "dist"), { recursive: true, force: true });
  renameSync(out, path.join(sdk, "dist"));
} finally {
  rmSync(out, { recursive: true, force: true });
}
