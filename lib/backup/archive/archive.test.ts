import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  openSealed,
  parseRecipients,
  readIdentities,
  requireDigest,
  writeSealed,
} from "@/lib/backup/archive/sealed-file";
import { fileItem, folderItem, readTar, type TarItem, writeTar } from "@/lib/backup/archive/tar";
import { hasAge, makeIdentity } from "@/lib/testing/benches/age-identity";
import { notRun } from "@/lib/testing/scale";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), "sp-archive-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function* items(...list: TarItem[]) {
  yield* list;
}
async function textsOf(stream: AsyncIterable<Uint8Array>) {
  const found: Record<string, string> = {};
  for await (const { name, kind, content } of readTar(stream)) {
    const parts: Uint8Array[] = [];
    for await (const part of content) parts.push(Uint8Array.from(part));
    found[name] = kind === "folder" ? "/" : Buffer.concat(parts).toString();
  }
  return found;
}
const sample = () =>
  writeTar(
    items(
      folderItem("base"),
      fileItem("base/1", Buffer.from("one")),
      fileItem("base/2", Buffer.alloc(70_000, "x")),
      fileItem("empty", Buffer.alloc(0)),
    ),
  );

describe("a sealed archive", () => {
  it("comes back byte for byte, and its digest is that of the file", async () => {
    const { file, recipient } = await makeIdentity(dir, "id");
    const target = path.join(dir, "a.tar.gz.age");
    const written = await writeSealed(target, sample(), parseRecipients(recipient));
    await requireDigest(target, written);
    const found = await textsOf(openSealed(target, await readIdentities(file)));
    expect(found).toEqual({ base: "/", "base/1": "one", "base/2": "x".repeat(70_000), empty: "" });
  });

  it("is opened by the programs age, gzip and tar", async () => {
    if (!hasAge()) return notRun("age is not installed (Debian: age)");
    const { file, recipient } = await makeIdentity(dir, "id");
    const target = path.join(dir, "a.tar.gz.age");
    await writeSealed(target, sample(), [recipient]);
    const script = `age -d -i '${file}' '${target}' | tar -xzf - -C '${dir}' && cat '${dir}/base/1'`;
    const { stdout, status } = spawnSync("bash", ["-o", "pipefail", "-c", script], { encoding: "utf8" });
    expect([status, stdout]).toEqual([0, "one"]);
    expect((await readFile(path.join(dir, "base/2"))).length).toBe(70_000);
  });

  it("is refused when it is cut, changed, or encrypted to another recipient", async () => {
    const [mine, other] = [await makeIdentity(dir, "id"), await makeIdentity(dir, "other")];
    const target = path.join(dir, "a.tar.gz.age");
    const written = await writeSealed(target, sample(), [mine.recipient]);
    const whole = await readFile(target);
    await expect(textsOf(openSealed(target, await readIdentities(other.file)))).rejects.toThrow(
      "another recipient",
    );
    await truncate(target, written.bytes - 10);
    await expect(requireDigest(target, written)).rejects.toThrow("is cut");
    await expect(textsOf(openSealed(target, await readIdentities(mine.file)))).rejects.toThrow("is damaged");
    const changed = Buffer.from(whole);
    changed.writeUInt8(changed.readUInt8(whole.length - 20) ^ 1, whole.length - 20);
    await writeFile(target, changed);
    await expect(requireDigest(target, written)).rejects.toThrow("digest");
    await expect(textsOf(openSealed(target, await readIdentities(mine.file)))).rejects.toThrow("is damaged");
  });

  it("is refused at its end when another sound one was put in its place after its digest was compared", async () => {
    const { file, recipient } = await makeIdentity(dir, "id");
    const target = path.join(dir, "a.tar.gz.age");
    const first = await writeSealed(target, sample(), [recipient]);
    await requireDigest(target, first);
    await rm(target);
    const second = await writeSealed(target, sample(), [recipient]);
    const identities = await readIdentities(file);
    await expect(textsOf(openSealed(target, identities, first))).rejects.toThrow("digest");
    expect(Object.keys(await textsOf(openSealed(target, identities, second)))).toHaveLength(4);
  });

  it("leaves no file when its source fails", async () => {
    const { recipient } = await makeIdentity(dir, "id");
    async function* failing() {
      yield Buffer.alloc(300_000);
      throw new Error("the source ended");
    }
    const target = path.join(dir, "a.age");
    await expect(writeSealed(target, failing(), [recipient])).rejects.toThrow("the source ended");
    await expect(readFile(target)).rejects.toThrow("ENOENT");
  });

  it("refuses what is not a public key of age, and an identity file without an identity", async () => {
    for (const text of ["", "age1short", "AGE-SECRET-KEY-1ABC", "ssh-ed25519 AAAA"])
      expect(() => parseRecipients(text), text).toThrow("public key of age");
    const { recipient } = await makeIdentity(dir, "id");
    const wrong = `${recipient.slice(0, -1)}${recipient.endsWith("q") ? "p" : "q"}`;
    await expect(writeSealed(path.join(dir, "b"), sample(), [wrong])).rejects.toThrow("checksum");
    await writeFile(path.join(dir, "none"), "# nothing\n");
    await expect(readIdentities(path.join(dir, "none"))).rejects.toThrow("no identity");
    await expect(readIdentities(path.join(dir, "missing"))).rejects.toThrow("is missing");
  });
});

describe("a tar archive", () => {
  it("keeps the size that a file had when it was begun", async () => {
    const grown: TarItem = { ...fileItem("grown", Buffer.from("12345678")), size: 4 };
    const shrunk: TarItem = { ...fileItem("shrunk", Buffer.from("12")), size: 4 };
    expect(await textsOf(writeTar(items(grown, shrunk)))).toEqual({ grown: "1234", shrunk: "12\0\0" });
  });

  it("has the true size of a file of any length, which `tar` reads too", async () => {
    for (const size of [8 ** 11 - 1, 8 ** 11, 2 ** 36, 2 ** 45 + 3]) {
      const archive = writeTar(items({ ...fileItem("big", Buffer.alloc(0)), size }));
      const { value: header = new Uint8Array() } = await archive.next();
      async function* begun() {
        yield header;
      }
      const { value: item } = await readTar(begun()).next();
      expect([item?.name, item?.size]).toEqual(["big", size]);
      expect(spawnSync("tar", ["-tvf", "-"], { input: header, encoding: "utf8" }).stdout).toContain(
        ` ${size} `,
      );
    }
  });

  it("is refused when it leads outside, has a link, or is cut", async () => {
    for (const name of ["../outside", "/etc/passwd"])
      await expect(textsOf(writeTar(items(fileItem(name, Buffer.from("x"))))), name).rejects.toThrow(
        "damaged",
      );
    const chunks: Uint8Array[] = [];
    for await (const chunk of sample()) chunks.push(chunk);
    async function* cut() {
      yield Buffer.concat(chunks).subarray(0, 2_000);
    }
    await expect(textsOf(cut())).rejects.toThrow("ends too early");
  });
});
