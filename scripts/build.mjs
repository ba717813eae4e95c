import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { compressBuild } from "./server/compressed.mjs";

// Builds the portal unless .next holds a build of exactly these sources, lockfile and configuration.
// One build at a time: others wait, then find it done. Ends with its supervisor.
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const stamp = path.join(root, ".next/sealport-digest");
// Outside .next, which a build empties.
const lock = path.join(root, "node_modules/.cache/sealport-build.lock");
const SOURCES = ["app", "components", "lib", "public", "prisma/schema.prisma"];
const CONFIGURATION =
  /^(package(-lock)?\.json|tsconfig\.json|proxy\.ts|instrumentation\.ts|(next|tailwind|postcss)\.config\.\w+)$/;
const IGNORED = /(\.test\.tsx?$|^lib\/(testing|launch|db\/generated|db\/embedded)\/|\/testdata\/)/;

function* filesUnder(relative) {
  const full = path.join(root, relative);
  if (!existsSync(full)) return;
  if (!statSync(full).isDirectory()) {
    yield relative;
    return;
  }
  for (const name of readdirSync(full).sort()) yield* filesUnder(`${relative}/${name}`);
}

function digestOfSources() {
  const hash = createHash("sha256").update(`node ${process.versions.modules}\n`);
  const configuration = readdirSync(root)
    .filter((name) => CONFIGURATION.test(name))
    .sort();
  for (const file of [...configuration, ...SOURCES.flatMap((source) => [...filesUnder(source)])]) {
    if (IGNORED.test(file)) continue;
    const content = readFileSync(path.join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

function isBuilt(digest) {
  return (
    existsSync(path.join(root, ".next/BUILD_ID")) &&
    existsSync(stamp) &&
    readFileSync(stamp, "utf8") === digest
  );
}

function holderIsAlive() {
  try {
    const pid = Number(readFileSync(lock, "utf8"));
    // Without a process id, the lock is still being written or its writer has died.
    if (!(pid > 0)) return Date.now() - statSync(lock).mtimeMs < 10_000;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

async function takeLock() {
  mkdirSync(path.dirname(lock), { recursive: true });
  for (;;) {
    try {
      const handle = openSync(lock, "wx", 0o600);
      writeFileSync(handle, String(process.pid));
      closeSync(handle);
      return;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    if (!holderIsAlive()) rmSync(lock, { force: true });
    await sleep(200);
  }
}

/** Only what a build needs: no credential of the person who starts it can get into the build. */
function buildEnvironment() {
  const kept = ["PATH", "HOME", "LANG", "TMPDIR", "NODE_OPTIONS"].filter(
    (name) => process.env[name] !== undefined,
  );
  return {
    ...Object.fromEntries(kept.map((name) => [name, process.env[name]])),
    NODE_ENV: "production",
    NEXT_TELEMETRY_DISABLED: "1",
    CI: "1",
  };
}

/** Next copies all sources beside what a release takes (scripts/release/portal-folder.ts): 40 MB that nothing reads. */
function dropSources() {
  const standalone = path.join(root, ".next/standalone");
  for (const name of readdirSync(standalone))
    if (name !== ".next" && name !== "node_modules")
      rmSync(path.join(standalone, name), { recursive: true, force: true });
}

function runBuild() {
  const child = spawn(process.execPath, [path.join(root, "node_modules/next/dist/bin/next"), "build"], {
    cwd: root,
    env: buildEnvironment(),
    stdio: ["ignore", "inherit", "inherit"],
    detached: true,
  });
  const end = () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
    rmSync(lock, { force: true });
    process.exit(1);
  };
  for (const event of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(event, end);
  if (process.send !== undefined) process.on("disconnect", end);
  return new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
}

if (isBuilt(digestOfSources())) process.exit(0);
await takeLock();
let code = 0;
try {
  const digest = digestOfSources();
  if (!isBuilt(digest)) {
    rmSync(stamp, { force: true });
    code = await runBuild();
    if (code === 0) {
      dropSources();
      compressBuild(root);
      writeFileSync(stamp, digest);
    }
  }
} finally {
  rmSync(lock, { force: true });
}
process.exit(code);
