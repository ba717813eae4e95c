import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Deployment, deploy } from "@/e2e/support/deployment/deployment";
import { type Images, imagesIn, reasonForNoEntry } from "@/e2e/support/deployment/in-image";
import { PARTS } from "@/e2e/support/deployment/layout";
import { releaseAt, versionHere } from "@/e2e/support/deployment/program";
import { run } from "@/e2e/support/deployment/users";
import { notRun } from "@/lib/testing/scale";
import { buildahArguments, IMAGES, reasonForNoImages } from "@/scripts/release/buildah";
import { shellsIn } from "@/scripts/release/root-file-system";

// A release as its operator gets it: made, unpacked in another folder, compared with its list, and started from there.

const ROOT = path.join(import.meta.dirname, "../..");
const MIB = 1024 * 1024;
/** A watchdog: a release is built, packed and copied into images within minutes on a quiet machine. */
const WATCHDOG_MS = 60 * 60_000;
const version = versionHere();
const NAME = `sealport-${version}`;
let base: string;
let release: string;
let keyFile: string;

function runHere(command: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, encoding: "utf8" });
  return { status, output: stdout + stderr };
}

const verify = (...args: readonly string[]) =>
  runHere(process.execPath, path.join(release, "op/sealport-op.mjs"), "release", "verify", ...args);

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
const bytesIn = (folder: string): number =>
  filesIn(folder).reduce((sum, file) => sum + statSync(path.join(folder, file)).size, 0);

beforeAll(() => {
  base = mkdtempSync(path.join(tmpdir(), "sp-package-"));
  chmodSync(base, 0o711);
  const { privateKey, publicKey } = generateKeyPairSync("ed25519", {
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  keyFile = path.join(base, "release.pub");
  writeFileSync(keyFile, publicKey);
  writeFileSync(path.join(base, "release.key"), privateKey, { mode: 0o600 });
  const made = runHere(
    "npm",
    "run",
    "-s",
    "package",
    "--",
    "--out",
    base,
    "--key",
    path.join(base, "release.key"),
  );
  expect(made.status, made.output).toBe(0);
  console.log(made.output);
  rmSync(path.join(base, NAME), { recursive: true });
  runHere("tar", "-xzf", path.join(base, `${NAME}.tar.gz`), "-C", base);
  release = path.join(base, NAME);
}, WATCHDOG_MS);
afterAll(() => rmSync(base, { recursive: true, force: true }));

describe("a release", () => {
  it("has a portal of at most 280 MiB and other parts of at most 10 MiB, without maps and sources of the project", () => {
    expect(bytesIn(path.join(release, "portal"))).toBeLessThanOrEqual(280 * MIB);
    for (const part of ["worker", "signer", "custodian", "witness", "op"])
      expect(bytesIn(path.join(release, part)), part).toBeLessThanOrEqual(10 * MIB);
    const files = filesIn(release);
    expect(files.filter((file) => file.endsWith(".map"))).toEqual([]);
    expect(files.filter((file) => /\.tsx?$/.test(file))).toEqual([]);
    const texts = files.filter((file) => /\.(?:json|m?js)$/.test(file) && !file.includes("node_modules"));
    expect(
      texts.filter((file) => readFileSync(path.join(release, file), "utf8").includes(`${ROOT}/`)),
    ).toEqual([]);
  });

  it("is as its signed list has it, and a file that was changed is named", () => {
    expect(verify(release, "--key", keyFile)).toMatchObject({ status: 0 });
    const sbom = z.object({ components: z.array(z.object({ name: z.string() })) });
    const { components } = sbom.parse(JSON.parse(readFileSync(path.join(release, "sbom.cdx.json"), "utf8")));
    expect(components.map(({ name }) => name)).toContain("next");
    const tampered = path.join(release, "signer/signer.mjs");
    const before = readFileSync(tampered);
    appendFileSync(tampered, "\n");
    const found = verify(release, "--key", keyFile);
    writeFileSync(tampered, before);
    expect(found).toMatchObject({ status: 1, output: "FAULT signer/signer.mjs: changed\n" });
  });
});

describe("the parts of a release", () => {
  let site: Deployment;
  beforeAll(async () => {
    site = await deploy(releaseAt(release));
  }, WATCHDOG_MS);
  afterAll(() => site?.stop());

  it("start from their folders under their own users, without the checkout's packages, and call each other", async () => {
    const readiness = await fetch(`http://127.0.0.1:${site.ports["portal-1"]}/readyz`);
    expect(await readiness.json()).toMatchObject({ ready: true, degraded: [] });
    for (const part of PARTS.filter((name) => name !== "worker"))
      await run(part, site.program.health?.(part) ?? [], site.variables[part]);
  });

  it("answer pages, compressed files and the guides as the checkout does", async () => {
    const at = (address: string, headers = {}) =>
      fetch(`http://127.0.0.1:${site.ports["portal-1"]}${address}`, { headers });
    for (const address of [
      "/",
      "/status",
      "/trust",
      "/help",
      "/developers",
      "/developers/guides/policies",
      "/openapi.json",
    ])
      expect((await at(address)).status, address).toBe(200);
    const [script = ""] = /\/_next\/static\/[^"]+\.js/.exec(await (await at("/sign-in")).text()) ?? [];
    const file = await at(script, { "accept-encoding": "br" });
    expect(file.headers.get("content-encoding")).toBe("br");
  });

  it("are configured without a fault, and the portal prints the link of its set-up", async () => {
    for (const part of PARTS)
      expect(
        await run(part, site.program.op("config", "check", "--of", part), site.variables[part]),
      ).not.toContain("FAULT");
    expect(await run("portal", site.program.op("setup", "link"), site.variables.portal)).toMatch(/\/setup#/);
  });
});

const noImages = reasonForNoImages() ?? reasonForNoEntry();

describe("the images of a release", () => {
  let images: Images | undefined;
  let site: Deployment | undefined;
  beforeAll(async () => {
    if (noImages !== undefined) return;
    const made = runHere("npm", "run", "-s", "images", "--", "--out", base);
    expect(made.status, made.output).toBe(0);
    console.log(made.output);
    images = imagesIn(path.join(base, "images"), version);
    site = await deploy(images);
  }, WATCHDOG_MS);
  afterAll(() => site?.stop());

  it("have no shell and no package manager, are for user 65532, and each file of the release is in its own", () => {
    if (images === undefined) return notRun(`images, because ${noImages}`);
    for (const name of IMAGES) {
      const root = images.rootOf(name);
      expect(shellsIn(root), name).toEqual([]);
      expect(readdirSync(path.join(root, "usr/bin")), name).toEqual(["node"]);
      expect(readdirSync(path.join(root, "opt/sealport")), name).toEqual([name]);
      expect(bytesIn(path.join(root, "opt/sealport")), name).toBe(bytesIn(path.join(release, name)));
      const { output } = runHere(
        "buildah",
        ...buildahArguments(
          path.join(base, "images"),
          "inspect",
          "--type",
          "image",
          `localhost/sealport-${name}:${version}`,
        ),
      );
      const Inspected = z.object({
        OCIv1: z.object({ config: z.object({ User: z.string(), Entrypoint: z.array(z.string()) }) }),
      });
      const { User, Entrypoint } = Inspected.parse(JSON.parse(output)).OCIv1.config;
      expect([User, Entrypoint[0]], name).toEqual(["65532:65532", "/usr/bin/node"]);
    }
  });

  it("run the parts on a read-only file system, each under its own user, and the portal is ready with all of them", async () => {
    if (site === undefined) return notRun(`images, because ${noImages}`);
    const readiness = await fetch(`http://127.0.0.1:${site.ports["portal-2"]}/readyz`);
    expect(await readiness.json()).toMatchObject({ ready: true, degraded: [] });
    expect((await fetch(`http://127.0.0.1:${site.ports["portal-1"]}/sign-in`)).status).toBe(200);
    for (const part of PARTS.filter((name) => name !== "worker"))
      await run(part, site.program.health?.(part) ?? [], site.variables[part]);
    expect(await run("portal", site.program.op("setup", "link"), site.variables.portal)).toMatch(/\/setup#/);
    for (const [name, { output }] of Object.entries(site.running))
      expect(output(), name).not.toMatch(/EROFS|EACCES/);
  });

  it("run the story outside evaluation to its end, from the set-up link to the officer who leaves", async () => {
    if (site === undefined) return notRun(`the story in images, because ${noImages}`);
    await site.stop();
    site = undefined;
    const story = ["test", "e2e/stories/outside-evaluation.spec.ts", "--workers=1", "--reporter=line"];
    const { SEALPORT_DEEP: _deep, ...env } = process.env;
    const told = spawnSync("npx", ["playwright", ...story, "--output", path.join(base, "story")], {
      cwd: ROOT,
      encoding: "utf8",
      env: { ...env, SEALPORT_IMAGES: path.join(base, "images") },
    });
    console.log(told.stdout.slice(-2_000));
    expect(told.status, told.stdout + told.stderr).toBe(0);
  });
});
