import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { verifyRelease, writeReleaseList } from "@/lib/launch/operator/release-list";

const pair = () =>
  generateKeyPairSync("ed25519", {
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });

function release(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "sp-release-"));
  mkdirSync(path.join(folder, "signer"));
  writeFileSync(path.join(folder, "signer/signer.mjs"), "export {};\n");
  writeFileSync(path.join(folder, "LICENSE"), "a licence\n");
  symlinkSync("signer.mjs", path.join(folder, "signer/newest.mjs"));
  return folder;
}

describe("the list of a release", () => {
  it("has nothing to say of an unchanged folder whose list the key's holder signed", async () => {
    const folder = release();
    const { privateKey, publicKey } = pair();
    await writeReleaseList(folder, privateKey);
    expect(await verifyRelease(folder, publicKey)).toEqual([]);
    expect(await verifyRelease(folder)).toEqual([]);
  });

  it("names each file that was changed, removed, added or linked elsewhere", async () => {
    const folder = release();
    await writeReleaseList(folder);
    appendFileSync(path.join(folder, "signer/signer.mjs"), "more();\n");
    rmSync(path.join(folder, "LICENSE"));
    writeFileSync(path.join(folder, "extra.mjs"), "");
    rmSync(path.join(folder, "signer/newest.mjs"));
    symlinkSync("/etc/passwd", path.join(folder, "signer/newest.mjs"));
    const findings = await verifyRelease(folder);
    expect(findings.toSorted((a, b) => (a.file < b.file ? -1 : 1))).toEqual([
      { file: "LICENSE", fault: "missing" },
      { file: "extra.mjs", fault: "not in the list" },
      { file: "signer/newest.mjs", fault: "leads elsewhere" },
      { file: "signer/signer.mjs", fault: "changed" },
    ]);
  });

  it("is refused unsigned, with another's signature, and when it was changed with its file", async () => {
    const folder = release();
    const { privateKey, publicKey } = pair();
    await writeReleaseList(folder);
    expect(await verifyRelease(folder, publicKey)).toEqual([{ file: "SHA256SUMS.sig", fault: "missing" }]);
    await writeReleaseList(folder, pair().privateKey);
    expect(await verifyRelease(folder, publicKey)).toEqual([{ file: "SHA256SUMS.sig", fault: "signature" }]);
    await writeReleaseList(folder, privateKey);
    appendFileSync(path.join(folder, "LICENSE"), "changed\n");
    await writeReleaseList(folder);
    expect(await verifyRelease(folder, publicKey)).toEqual([{ file: "SHA256SUMS.sig", fault: "signature" }]);
  });

  it("is checked by the commands of coreutils and OpenSSL in the same way", async () => {
    const folder = release();
    const { privateKey, publicKey } = pair();
    await writeReleaseList(folder, privateKey);
    writeFileSync(`${folder}.pem`, publicKey);
    const run = (command: string, ...args: string[]) => spawnSync(command, args, { cwd: folder }).status;
    const checked = ["-verify", "-pubin", "-inkey", `${folder}.pem`, "-rawin", "-in", "SHA256SUMS"];
    expect(run("sha256sum", "--check", "--strict", "SHA256SUMS")).toBe(0);
    expect(run("openssl", "pkeyutl", ...checked, "-sigfile", "SHA256SUMS.sig")).toBe(0);
  });

  it("is not written with a key of another kind or over a link that leads out", async () => {
    const folder = release();
    const other = generateKeyPairSync("x25519", {
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    await expect(writeReleaseList(folder, other.privateKey)).rejects.toThrow("Ed25519");
    symlinkSync("../../etc/passwd", path.join(folder, "out"));
    await expect(writeReleaseList(folder)).rejects.toThrow("out");
  });
});
