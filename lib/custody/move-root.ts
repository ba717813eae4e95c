import "server-only";
import { closeSync, openSync, unlinkSync } from "node:fs";
import path from "node:path";
import { KeystoreError } from "@/lib/custody/keystore";
import {
  KEYSTORE_FILE,
  type KeystoreRoots,
  type Root,
  readRoots,
  writeRoots,
} from "@/lib/custody/keystore-file";
import { type Holder, openKeystoreRoots, openRoot, rootText, wrapRoot } from "@/lib/custody/open-roots";

/** Held for one read and one write without a pause between; nobody takes it over, since that cannot be done safely. */
function locked<T>(dir: string, act: () => T): T {
  const file = path.join(dir, `${KEYSTORE_FILE}.lock`);
  try {
    closeSync(openSync(file, "wx", 0o600));
  } catch {
    throw new KeystoreError(
      "keystore.unusable",
      `the keystore in ${dir} is being changed by another process; if none runs, remove ${file}`,
    );
  }
  try {
    return act();
  } finally {
    unlinkSync(file);
  }
}

function change(dir: string, next: (file: KeystoreRoots) => readonly Root[]): void {
  locked(dir, () => {
    const file = readRoots(dir);
    writeRoots(dir, { v: 2, id: file.id, roots: [...next(file)] });
  });
}

const changedMeanwhile = (dir: string): KeystoreError =>
  new KeystoreError("keystore.unusable", `the keystore in ${dir} was changed in the meantime: try again`);

/**
 * Wraps the same key-encryption keys under a fresh root key of another custody, or of the same for a rotation. Running
 * processes notice nothing: the new root is inert until a process starts with it. Replaces a staged one.
 */
export async function stageRoot(dir: string, from: Holder, to: Holder): Promise<Root> {
  const opened = await openKeystoreRoots(dir, from);
  const before = readRoots(dir);
  try {
    const n = Math.max(...before.roots.map((root) => root.n)) + 1;
    const staged = await wrapRoot({ id: before.id, n, state: "staged" }, opened.keks, to.custody);
    change(dir, (file) => {
      if (JSON.stringify(file) !== JSON.stringify(before)) throw changedMeanwhile(dir);
      return [...file.roots.filter((root) => root.state !== "staged"), staged];
    });
    return staged;
  } finally {
    for (const { key } of opened.keks.values()) key.fill(0);
  }
}

/** Makes a staged root the one in use; the one in use before is kept as the old one, and no other. Idempotent. */
export function promoteRoot(dir: string, n: number): void {
  change(dir, (file) => {
    const staged = file.roots.find((root) => root.n === n);
    if (staged === undefined) throw changedMeanwhile(dir);
    if (staged.state !== "staged") return file.roots;
    const current = file.roots.filter((root) => root.state === "current");
    return [
      ...current.map((root) => ({ ...root, state: "old" as const })),
      { ...staged, state: "current" as const },
    ];
  });
}

/** Drops the old root for ever, after the one in use was opened with this custody. Answers what was dropped. */
export async function dropOldRoot(dir: string, holder: Holder): Promise<Root | undefined> {
  const { id, roots } = readRoots(dir);
  const old = roots.find((root) => root.state === "old");
  const current = roots.find((root) => root.state === "current");
  if (old === undefined || current === undefined) return undefined;
  const opened = await openRoot(dir, id, current, holder);
  for (const { key } of opened.keks.values()) key.fill(0);
  change(dir, (file) => {
    const isStill = file.roots.some((root) => root.n === current.n && root.state === "current");
    if (!isStill) throw changedMeanwhile(dir);
    return file.roots.filter((root) => root.n !== old.n);
  });
  return old;
}

/** Drops a staged root that no process has started with. Answers what was dropped. */
export function dropStagedRoot(dir: string): Root | undefined {
  const staged = readRoots(dir).roots.find((root) => root.state === "staged");
  if (staged === undefined) return undefined;
  change(dir, (file) => file.roots.filter((root) => root.n !== staged.n || root.state !== "staged"));
  return staged;
}

/** One line for each root, as an operator reads them. */
export function describeRoots(dir: string): string[] {
  return readRoots(dir).roots.map((root) => {
    const key = "kdf" in root ? root.kdf.kind : root.custody.key;
    return `${root.state} root ${root.n}: ${rootText(root)} (${key})`;
  });
}
