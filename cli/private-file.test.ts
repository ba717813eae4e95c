import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { nameWhole, takeIn } from "./download";
import { CliError } from "./exit";
import { openPrivateToAdd, writePrivateFile } from "./private-file";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "sealport-private-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("a folder that is not ours alone stays as it is when a file is put into it", () => {
  const shared = path.join(folder, "shared");
  mkdirSync(shared);
  chmodSync(shared, 0o1777);
  writePrivateFile(path.join(shared, "note"), "x");
  closeSync(openPrivateToAdd(path.join(shared, "part")));
  expect(statSync(shared).mode & 0o7777).toBe(0o1777);
  expect(statSync(path.join(shared, "note")).mode & 0o777).toBe(0o600);
  expect(statSync(path.join(shared, "part")).mode & 0o777).toBe(0o600);
});

it("adds no byte through a link, or to a file that others can read", async () => {
  const target = path.join(folder, "target");
  writeFileSync(target, "theirs", { mode: 0o600 });
  symlinkSync(target, path.join(folder, "link"));
  expect(() => openPrivateToAdd(path.join(folder, "link"))).toThrow(CliError);
  writeFileSync(path.join(folder, "open"), "");
  chmodSync(path.join(folder, "open"), 0o644);
  expect(() => openPrivateToAdd(path.join(folder, "open"))).toThrow(CliError);
  await expect(takeIn(new Response("secret"), path.join(folder, "link"), () => undefined)).rejects.toThrow(
    CliError,
  );
  expect(readFileSync(target, "utf8")).toBe("theirs");
});

it("a piece is appended, a whole answer replaces the file, and no file is replaced unasked", async () => {
  const part = path.join(folder, "file.part");
  const file = path.join(folder, "file");
  const handle = openPrivateToAdd(part);
  writeSync(handle, "one ");
  closeSync(handle);
  await takeIn(new Response("two", { status: 206 }), part, () => undefined);
  expect(readFileSync(part, "utf8")).toBe("one two");
  await takeIn(new Response("three", { status: 200 }), part, () => undefined);
  expect(readFileSync(part, "utf8")).toBe("three");
  await expect(takeIn(new Response("four", { status: 206 }), part, () => undefined, 7)).rejects.toThrow(
    "more bytes than it announced",
  );
  expect(readFileSync(part, "utf8")).toBe("three");
  writeFileSync(file, "theirs");
  expect(() => nameWhole(part, file, false)).toThrow(CliError);
  expect(readFileSync(file, "utf8")).toBe("theirs");
  nameWhole(part, file, true);
  expect(readFileSync(file, "utf8")).toBe("three");
});
