import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { ClassicLevel } from "classic-level";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { INDEX_FOLDER, JournalError, REGISTRATIONS_FILE } from "@/lib/custodian/journal/journal";
import type { RegisteredBody } from "@/lib/custodian/journal/records";
import { RegistrationIndex } from "@/lib/custodian/journal/registration-index";
import { Registrations } from "@/lib/custodian/journal/registrations";

let top: string;
let dir: string;
beforeEach(() => {
  top = mkdtempSync(path.join(os.tmpdir(), "sealport-registrations-"));
  dir = path.join(top, "own");
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const AT = "2026-11-24T15:00:00.000000Z";
const name = (n: number): string => `tx-${String(n).padStart(6, "0")}`;
const digest = (n: number): string => `${n}-`.padEnd(43, "A");

function body(n: number, gen = 1, kid = "escrow#1"): RegisteredBody {
  return {
    tx: name(n),
    grp: "amount",
    gen,
    bd: digest(n * 10 + gen),
    kid,
    rd: digest(n),
    parties: ["client-456"],
  };
}

function addAll(registrations: Registrations, from: number, to: number): void {
  for (let at = from; at < to; at += 100) {
    const items = Array.from({ length: Math.min(100, to - at) }, (_, n) => body(at + n));
    registrations.add({ at: AT, items });
  }
}

async function use<T>(folder: string, act: (registrations: Registrations) => T | Promise<T>): Promise<T> {
  const registrations = await Registrations.open(folder);
  try {
    return await act(registrations);
  } finally {
    await registrations.close();
  }
}

function expectAll(registrations: Registrations, count: number): void {
  const wrong = Array.from({ length: count }, (_, n) => n).filter((n) => {
    const { rd, parties, groups } = registrations.find(name(n)) ?? {};
    const held = { ...groups?.amount?.[1], rd, parties };
    return !isDeepStrictEqual({ ...body(n), ...held }, body(n));
  });
  expect(wrong).toEqual([]);
  expect(registrations.find(name(count))).toBeUndefined();
  expect(registrations.countUnder("escrow#1")).toBe(count);
}

const indexOf = (folder: string): string => path.join(folder, INDEX_FOLDER);
const fileOf = (folder: string): string => path.join(folder, REGISTRATIONS_FILE);

test("an abrupt end at any time loses no registration, with the index as it was then or without one", async () => {
  const registrations = await Registrations.open(dir);
  for (const [from, count] of [
    [0, 2_100],
    [2_100, 4_500],
  ] as const) {
    addAll(registrations, from, count);
    for (const kept of ["index", "no-index"]) {
      const copy = path.join(top, `${kept}-${count}`);
      cpSync(dir, copy, { recursive: true });
      if (kept === "no-index") rmSync(indexOf(copy), { recursive: true });
      await use(copy, (again) => expectAll(again, count));
      await use(copy, (again) => expectAll(again, count));
    }
  }
  await registrations.close();
});

test("the newest generation of a group counts, also when it is found in the index, and the first parties stay", async () => {
  await use(dir, (registrations) => addAll(registrations, 0, 3_000));
  await use(dir, (registrations) => {
    registrations.add({
      at: AT,
      items: [body(1, 3, "escrow#2"), { ...body(2, 1, "escrow#2"), parties: ["other"] }],
    });
    registrations.add({ at: AT, items: [body(1, 2, "escrow#3")] });
  });
  await use(dir, (registrations) => {
    expect(registrations.countUnder("escrow#1")).toBe(2_998);
    expect(registrations.countUnder("escrow#2")).toBe(2);
    expect(registrations.countUnder("escrow#3")).toBe(0);
    expect(registrations.body(body(1, 2))).toEqual({ bd: digest(12), kid: "escrow#3" });
    expect(registrations.find(name(2))?.parties).toEqual(["client-456"]);
  });
});

test("a transaction that was asked for before its registration is found after it, in memory and in the index", async () => {
  await use(dir, async (registrations) => {
    expect(registrations.find(name(0))).toBeUndefined();
    addAll(registrations, 0, 100);
    expectAll(registrations, 100);
    addAll(registrations, 100, 4_500);
    await vi.waitFor(() => expectAll(registrations, 4_500));
  });
});

test("a torn last line is cut off, and a changed byte after what the index covers stops the start", async () => {
  const registrations = await Registrations.open(dir);
  addAll(registrations, 0, 300);
  const copy = path.join(top, "copy");
  cpSync(dir, copy, { recursive: true });
  await registrations.close();
  const whole = readFileSync(fileOf(copy));
  writeFileSync(fileOf(copy), whole.subarray(0, whole.length - 5));
  await use(copy, (again) => expectAll(again, 200));
  rmSync(indexOf(copy), { recursive: true });
  for (let at = 0; at < whole.length; at += 1_013) {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] ?? 0) ^ 1;
    writeFileSync(fileOf(copy), changed);
    await expect(Registrations.open(copy), `byte ${at}`).rejects.toThrow(JournalError);
    rmSync(indexOf(copy), { recursive: true });
  }
});

test("registrations that are older than their index, or other ones, stop the start", async () => {
  await use(dir, (registrations) => addAll(registrations, 0, 300));
  const whole = readFileSync(fileOf(dir));
  const firstLine = whole.indexOf(0x0a) + 1;
  for (const length of [0, firstLine]) {
    truncateSync(fileOf(dir), length);
    await expect(Registrations.open(dir)).rejects.toThrow("are older than their index");
  }
  const other = path.join(top, "other");
  await use(other, (registrations) => addAll(registrations, 100, 900));
  writeFileSync(fileOf(dir), readFileSync(fileOf(other)));
  await expect(Registrations.open(dir)).rejects.toThrow("is damaged at line 3");
});

test("a changed byte or a cut of the index's own log and lists is found and never changes an answer", async () => {
  await use(dir, (registrations) => addAll(registrations, 0, 400));
  await use(dir, (registrations) => addAll(registrations, 400, 600));
  const copy = path.join(top, "copy");
  const outcomes = new Set<string>();
  // A changed byte of a table may end the process: LevelDB asserts the order of keys when it merges tables.
  const files = readdirSync(indexOf(dir)).filter((one) => !one.startsWith("LO") && !one.endsWith(".ldb"));
  for (const file of files) {
    const whole = readFileSync(path.join(indexOf(dir), file));
    const step = Math.max(1, Math.ceil(whole.length / 12));
    for (let at = 0; at < whole.length; at += step) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      for (const bytes of [changed, whole.subarray(0, at)]) {
        cpSync(dir, copy, { recursive: true });
        writeFileSync(path.join(indexOf(copy), file), bytes);
        try {
          await use(copy, (again) => expectAll(again, 600));
          outcomes.add("right");
        } catch (error) {
          expect(error, `${file}, byte ${at}`).toBeInstanceOf(JournalError);
          outcomes.add("refused");
        }
        rmSync(copy, { recursive: true });
      }
    }
  }
  expect([...outcomes].sort()).toEqual(["refused", "right"]);
});

test("an entry of the index that is lost, changed or exchanged is an error and not an answer", async () => {
  await use(dir, (registrations) => addAll(registrations, 0, 300));
  const level = new ClassicLevel(indexOf(dir));
  const change = async (act: () => Promise<void>) => {
    await level.open();
    await act();
    await level.close();
  };
  const key = `tx ${name(7)}`;
  const stored = { own: "", others: "" };
  await change(async () => {
    stored.own = (await level.get(key)) ?? "";
    stored.others = (await level.get(`tx ${name(8)}`)) ?? "";
  });
  for (const value of [undefined, stored.own.replace("client", "miners"), stored.others]) {
    await change(() => (value === undefined ? level.del(key) : level.put(key, value)));
    await use(dir, (registrations) => {
      expect(() => registrations.find(name(7)), value).toThrow("is damaged: remove this folder");
      expect(registrations.find(name(8))?.rd).toBe(digest(8));
    });
  }
  await change(() => level.del("batch 1"));
  await expect(Registrations.open(dir)).rejects.toThrow("is damaged: remove this folder");
  rmSync(indexOf(dir), { recursive: true });
  await use(dir, (registrations) => expectAll(registrations, 300));
});

test("a line that cannot be taken into the memory is not written, and changes no count", async () => {
  await use(dir, (registrations) => addAll(registrations, 0, 300));
  const level = new ClassicLevel(indexOf(dir));
  await level.del(`tx ${name(7)}`);
  await level.close();
  const written = readFileSync(fileOf(dir));
  await use(dir, (registrations) => {
    const items = [body(8, 2, "escrow#2"), body(7, 2, "escrow#2")];
    expect(() => registrations.add({ at: AT, items })).toThrow("is damaged");
    expect(registrations.countUnder("escrow#1")).toBe(300);
    expect(registrations.body(body(8, 2))).toBeUndefined();
  });
  expect(readFileSync(fileOf(dir))).toEqual(written);
});

test("a group of very many generations is counted right", async () => {
  await use(dir, (registrations) => registrations.add({ at: AT, items: [body(1)] }));
  const index = await RegistrationIndex.open(indexOf(dir));
  const generations = Object.fromEntries(
    Array.from({ length: 130_000 }, (_, n) => [n + 1, { bd: digest(n), kid: "escrow#1" }]),
  );
  const { rd, parties } = body(1);
  await index.put(
    new Map([[`tx ${name(1)}`, JSON.stringify({ rd, parties, groups: { amount: generations } })]]),
  );
  await index.close();
  await use(dir, (registrations) => {
    registrations.add({ at: AT, items: [body(1, 130_001, "escrow#2")] });
    expect(registrations.countUnder("escrow#1")).toBe(0);
    expect(registrations.countUnder("escrow#2")).toBe(1);
  });
});

test("an index that cannot be written is reported at once, and nothing is forgotten", async () => {
  const problems: unknown[] = [];
  const registrations = await Registrations.open(dir, (error) => problems.push(error));
  try {
    rmSync(indexOf(dir), { recursive: true });
    // LevelDB needs a new file after 4 MB.
    registrations.add({ at: AT, items: [{ ...body(0), parties: ["x".repeat(5_000_000)] }] });
    addAll(registrations, 1, 4_500);
    const again = () => {
      registrations.add({ at: AT, items: [body(1)] });
      expect(problems).not.toEqual([]);
    };
    await vi.waitFor(again, { timeout: 10_000 });
    expect(registrations.find(name(3_000))?.rd).toBe(digest(3_000));
  } finally {
    await registrations.close();
  }
  await use(dir, (again) => expect(again.countUnder("escrow#1")).toBe(4_500));
});

test("a fault of the system is named and is not called damage, and only the owner reads the folders", async () => {
  await use(dir, () => undefined);
  for (const folder of [dir, indexOf(dir)]) expect(statSync(folder).mode & 0o777).toBe(0o700);
  rmSync(indexOf(dir), { recursive: true });
  writeFileSync(indexOf(dir), "");
  await expect(Registrations.open(dir)).rejects.toThrow("cannot be read or written: EEXIST");
  rmSync(indexOf(dir));
  mkdirSync(path.join(indexOf(dir), "LOCK"), { recursive: true });
  await expect(Registrations.open(dir)).rejects.toThrow(
    /cannot be read or written: IO error: .*Is a directory/,
  );
});

test("two processes cannot use one folder", async () => {
  await use(dir, () => expect(Registrations.open(dir)).rejects.toThrow("another process uses"));
});
