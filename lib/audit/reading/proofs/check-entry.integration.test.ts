import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportLog } from "@/lib/audit/export/export-log";
import { recordEvent } from "@/lib/audit/record/record-event";
import { type EventDetail, ExportQuery } from "@/lib/audit/schema";
import type { Context } from "@/lib/context/context";
import { fromBase64url, utf8 } from "@/lib/crypto/bytes";
import { readCanonicalZip, writeCanonicalZip } from "@/lib/crypto/zip/canonical-zip";
import { createLogBench, type LogBench } from "@/lib/testing/benches/log-bench";
import { getEvent } from "../get-event";
import { getProof } from "./get-proof";

const SCRIPT = path.join(import.meta.dirname, "../../../../public/check-entry.py");

/** Packs a bundle again with deflate, so that its content can be longer than any memory. */
const PACK = `import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as old, zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED) as new:
    for name in sorted(old.namelist(), key=lambda one: one != "checkpoint.txt"):
        new.writestr(name, old.read(name))
`;

let bench: LogBench;
let auditor: Context;
let last: number;

interface Said {
  readonly code: number;
  readonly output: string;
}

function python(...args: string[]): Promise<Said> {
  return pythonWith(process.env, args);
}

async function pythonWith(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<Said> {
  try {
    const { stdout, stderr } = await promisify(execFile)("python3", [SCRIPT, ...args], { env });
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = Object(error);
    return { code: Number(code), output: `${stdout}${stderr}` };
  }
}

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const at = path.join(bench.dataDir, name);
  await writeFile(at, content);
  return at;
}

const [key, receiptKey] = [() => bench.policy.log[0] ?? "", () => bench.policy.receipts[0] ?? ""];

/** Runs the script on an entry and its proof, each unchanged or changed. */
async function check(
  seq: number,
  change: {
    readonly key?: string;
    readonly detail?: (detail: EventDetail) => unknown;
    readonly proof?: (proof: string) => string;
  } = {},
): Promise<Said> {
  const detail = await getEvent(auditor, seq);
  const proof = await getProof(auditor, seq);
  const shown = change.detail?.(detail) ?? detail;
  const entry = shown instanceof Uint8Array ? shown : JSON.stringify(shown);
  return python(
    change.key ?? key(),
    await file("entry.json", entry),
    await file("proof.txt", change.proof?.(proof) ?? proof),
  );
}

/** Returns the same bytes with one bit changed. */
function flipped(bytes: Uint8Array, at = Math.floor(bytes.length / 2)): Uint8Array {
  return bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
}

const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");

beforeAll(async () => {
  bench = await createLogBench();
  auditor = await bench.person({ role: "auditor", hasKey: false });
  for (let count = 0; count < 6; count += 1)
    await recordEvent(auditor, { class: "log", outcome: "done", action: "audit.read", subjects: [] });
  await bench.anchor();
  const { rows } = await bench.appPool.query("SELECT max(seq)::int AS last FROM audit_leaf");
  last = rows[0].last;
});
afterAll(async () => {
  await bench.close();
});

describe("entry check with python3 and openssl only", () => {
  it("leads from every entry's bytes to the signed root", async () => {
    for (let seq = 0; seq <= last; seq += 1) {
      const { code, output } = await check(seq);
      expect([code, output.trimEnd().split("\n").at(-1)]).toEqual([
        0,
        `OK: entry ${seq} is in the log ${bench.place.log}, as signed.`,
      ]);
    }
  });

  it("accepts the bare bytes of an entry too", async () => {
    expect((await check(2, { detail: ({ entry }) => fromBase64url(entry) })).code).toBe(0);
  });

  it.each([
    [
      "a changed byte of the entry",
      { detail: (one: EventDetail) => ({ ...one, entry: base64url(flipped(fromBase64url(one.entry))) }) },
      "the entry's bytes do not give the leaf shown with them",
    ],
    [
      "a changed byte of the bare entry",
      { detail: (one: EventDetail) => flipped(fromBase64url(one.entry)) },
      "leaf and neighbours do not give the root",
    ],
    [
      "a changed byte of the bare entry that is JSON no more",
      { detail: (one: EventDetail) => flipped(fromBase64url(one.entry), 0) },
      "leaf and neighbours do not give the root",
    ],
    [
      "another entry's number",
      { detail: (one: EventDetail) => ({ ...one, seq: one.seq + 1 }) },
      "this is entry 4, and the proof is for entry 3",
    ],
    [
      "another entry's place",
      {
        detail: ({ seq: _seq, ...one }: EventDetail) => one,
        proof: (proof: string) => proof.replace("index 3", "index 2"),
      },
      "leaf and neighbours do not give the root",
    ],
    [
      "a neighbour left out",
      { proof: (proof: string) => proof.replace(/(index 3\n)[^\n]+\n/, "$1") },
      "the proof has too few neighbours",
    ],
    [
      "a part that was exchanged",
      {
        detail: (one: EventDetail) => ({
          ...one,
          parts: one.parts.map((part) => ({
            ...part,
            stored: base64url(flipped(fromBase64url(part.stored))),
          })),
        }),
      },
      "is not the one that the entry binds",
    ],
    [
      "a signature that was changed",
      {
        proof: (proof: string) =>
          proof.replace(
            /(\n— \S+ .{20})(.)/,
            (_all, before: string, one: string) => before + (one === "A" ? "B" : "A"),
          ),
      },
      "the signature over the checkpoint is not valid under LOG_KEY",
    ],
  ])("refuse %s, and say what is wrong", async (_name, change, words) => {
    const { code, output } = await check(3, change);
    expect(output).toContain(`WRONG: `);
    expect(output).toContain(words);
    expect(output).not.toContain("OK:");
    expect(code).toBe(1);
  });

  it("refuses a checkpoint that another key signed, and a mistyped key", async () => {
    const other = await check(3, { key: receiptKey() });
    expect(other).toMatchObject({
      code: 1,
      output: expect.stringContaining("WRONG: the checkpoint is of the log"),
    });
    const typed = await check(3, {
      key: key().replace(/\+([0-9a-f])/, (_all, one) => `+${one === "0" ? "1" : "0"}`),
    });
    expect(typed).toMatchObject({ code: 1, output: expect.stringContaining("LOG_KEY was mistyped") });
  });

  it("leads from an entry of a bundle to its root, and finds a changed byte", async () => {
    const { response } = await exportLog(auditor, ExportQuery.parse({ format: "bundle" }));
    const bytes = new Uint8Array(await response.arrayBuffer());
    const bundle = await file("log.zip", bytes);
    expect(await python(key(), bundle, "3")).toMatchObject({ code: 0 });
    const { entry } = await getEvent(auditor, 3);
    // The bundle's files are stored uncompressed, so an entry's own bytes are visible in it.
    const at = Buffer.from(bytes).indexOf(Buffer.from(fromBase64url(entry)));
    expect(at).toBeGreaterThan(0);
    const changed = flipped(bytes, at + Math.floor(entry.length / 2));
    const damaged = await python(key(), await file("changed.zip", changed), "3");
    expect(damaged).toMatchObject({ code: 1, output: expect.stringMatching(/WRONG: .*CRC/) });
    // The same change by a person who also corrects the container.
    const own = Buffer.from(fromBase64url(entry)).toString();
    const files = readCanonicalZip(bytes).map(({ name, bytes: content }) => {
      const text = Buffer.from(content).toString();
      const isChanged = name === "entries.ndjson";
      return { name, bytes: isChanged ? utf8(text.replace(own, own.replace("done", "gone"))) : content };
    });
    const forged = await python(key(), await file("forged.zip", writeCanonicalZip(files)), "3");
    expect(forged).toMatchObject({
      code: 1,
      output: expect.stringContaining("WRONG: the entry's bytes do not give the leaf shown with them"),
    });
    const absent = await python(key(), bundle, "4711");
    expect(absent).toMatchObject({ code: 1, output: "WRONG: entry 4711 is not in this bundle.\n" });
  });

  describe("a file that can be read in two ways or too far", () => {
    let bundle: Uint8Array;
    beforeAll(async () => {
      const { response } = await exportLog(auditor, ExportQuery.parse({ format: "bundle" }));
      bundle = new Uint8Array(await response.arrayBuffer());
    });
    /** Runs the script on entry 3 of the bundle with changed lines of its entries. */
    const changed = async (change: (lines: string[]) => string[]): Promise<Said> => {
      const files = readCanonicalZip(bundle).map((one) =>
        one.name === "entries.ndjson"
          ? { ...one, bytes: utf8(change(Buffer.from(one.bytes).toString().split("\n")).join("\n")) }
          : one,
      );
      return python(key(), await file("two.zip", writeCanonicalZip(files)), "3");
    };
    const gone = (line: string) => line.replace('"done"', '"gone"').replace(/^.*?"entry":/, '"entry":');

    it("the check is not misled by a second entry in the same line or a second line with the same number", async () => {
      const own = (line: string) => line.slice('{"entry":'.length, line.indexOf(',"leaf":'));
      for (const [change, words] of [
        [
          (line: string) => [
            line.replace(/,"seq":3}$/, `,"entry":${own(line).replace("done", "gone")},"seq":3}`),
          ],
          "twice",
        ],
        [
          (line: string) => [`{"a":{"entry":${own(line)}},${gone(line).slice(0, -1)}}`],
          "does not begin with its entry",
        ],
        [(line: string) => [line.replace("done", "gone"), line], "twice"],
      ] as const) {
        const { code, output } = await changed((lines) =>
          lines.flatMap((line, at) => (at === 3 ? change(line) : [line])),
        );
        expect([code, output]).toEqual([1, expect.stringContaining(words)]);
      }
      const twice = JSON.stringify(await getEvent(auditor, 3));
      const { code, output } = await python(
        key(),
        await file("entry.json", twice.replace(/^\{/, '{"entry":"AAAA",')),
        await file("proof.txt", await getProof(auditor, 3)),
      );
      expect([code, output]).toEqual([1, expect.stringContaining("twice")]);
    });

    it("the check refuses unreadable input and prints no terminal control characters", async () => {
      const deep = await check(3, { detail: () => utf8(`{"entry":${"[".repeat(200_000)}`) });
      expect(deep).toMatchObject({ code: 2, output: expect.stringMatching(/^NOT CHECKED: /) });
      const packed = await file("pack.py", PACK);
      await promisify(execFile)("python3", [
        packed,
        await file("log.zip", bundle),
        path.join(bench.dataDir, "packed.zip"),
      ]);
      const compressed = await python(key(), path.join(bench.dataDir, "packed.zip"), "3");
      expect(compressed).toEqual({
        code: 1,
        output: "WRONG: the bundle was repacked: checkpoint.txt is compressed.\n",
      });
      const leaf = Buffer.from((await getEvent(auditor, 3)).leaf_hash ?? "", "base64url").toString("base64");
      const forged = `c2sp.org/tlog-proof@v1\nindex 0\n\n\r\u001b[2KOK: entry 3\n1\n${leaf}\n\n\u2014 x AAAA\n`;
      const shown = await check(3, { detail: ({ entry }) => fromBase64url(entry), proof: () => forged });
      expect(shown.code).toBe(1);
      expect(shown.output).toContain("\\r\\x1b[2KOK: entry 3");
      expect(shown.output).not.toContain("\r");
      expect(shown.output).not.toContain("\u001b");
    });
  });

  it.each([
    ["cannot check such signatures (LibreSSL, OpenSSL 1.1)", "echo 'unknown option -rawin' >&2; exit 1"],
    ["says yes to everything", "exit 0"],
  ])("give no verdict where openssl %s", async (_name, body) => {
    const bin = path.join(bench.dataDir, "bin");
    await mkdir(bin, { recursive: true });
    await writeFile(path.join(bin, "openssl"), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    const said = await pythonWith({ ...process.env, PATH: `${bin}:${process.env.PATH}` }, [
      key(),
      await file("entry.json", JSON.stringify(await getEvent(auditor, 3))),
      await file("proof.txt", await getProof(auditor, 3)),
    ]);
    expect(said).toMatchObject({
      code: 2,
      output: expect.stringContaining("NOT CHECKED: this openssl cannot check Ed25519 signatures"),
    });
    expect(said.output).not.toMatch(/WRONG|OK:/);
  });

  it.each<[string, (one: EventDetail) => unknown]>([
    ["the entry in the clear", (one) => ({ ...one, public: { ...one.public, outcome: "denied" } })],
    ["a true where the entry has a one", (one) => ({ ...one, public: { ...one.public, v: true } })],
    ["another id", (one) => ({ ...one, entry_id: one.entry_id.replace(/^./, "f") })],
    ["a second leaf", (one) => ({ ...one, leaf: base64url(new Uint8Array(32)) })],
  ])("refuse an answer that shows %s with the true bytes", async (_name, detail) => {
    const { code, output } = await check(3, { detail });
    expect([code, output]).toEqual([1, expect.stringContaining("WRONG: ")]);
  });

  it("the check says that plaintext of sealed parts was not opened by it", async () => {
    const { code, output } = await check(3, {
      detail: (one) => ({
        ...one,
        parts: one.parts.map((part) => ({ ...part, plaintext: { action: "none" } })),
      }),
    });
    expect(code).toBe(0);
    expect(output).toMatch(/^parts {6}1 as the entry binds it, not opened: "plaintext" was not checked$/m);
  });

  it("the check prints its usage when it is called wrongly", async () => {
    expect(await python("key")).toMatchObject({ code: 2, output: expect.stringContaining("LOG_KEY") });
  });
});
