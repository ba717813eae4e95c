import "server-only";
import {
  type KeystoreRoots,
  type Root,
  readRoots,
  withKeystoreLock,
  writeRoots,
} from "@/lib/keystore/files/keystore-file";
import { KeystoreError } from "@/lib/keystore/keystore-types";
import {
  type Holder,
  type OpenedKeystore,
  openKeystoreRoots,
  openRoot,
  rootText,
  wrapRoot,
  zeroKeks,
} from "@/lib/keystore/roots/open-roots";

function change(dir: string, next: (file: KeystoreRoots) => readonly Root[]): void {
  withKeystoreLock(dir, () => {
    const file = readRoots(dir);
    writeRoots(dir, { v: 2, id: file.id, roots: [...next(file)] });
  });
}

const changedMeanwhile = (dir: string): KeystoreError =>
  new KeystoreError("keystore.unusable", `the keystore in ${dir} was changed in the meantime: try again`);

/** Stages a fresh root of another custody for opened key-encryption keys, and zeroes them. */
export async function stageOpened(
  dir: string,
  before: KeystoreRoots,
  { keks }: Pick<OpenedKeystore, "keks">,
  to: Holder,
): Promise<Root> {
  try {
    const n = Math.max(...before.roots.map((root) => root.n)) + 1;
    const staged = await wrapRoot({ id: before.id, n, state: "staged" }, keks, to.custody);
    change(dir, (file) => {
      if (JSON.stringify(file) !== JSON.stringify(before)) throw changedMeanwhile(dir);
      return [...file.roots.filter((root) => root.state !== "staged"), staged];
    });
    return staged;
  } finally {
    zeroKeks(keks);
  }
}

/**
 * Wraps the same key-encryption keys with a fresh root key of another custody, or of the same for a rotation. Running
 * processes are not affected: the new root has no effect until a process starts with it. Replaces a staged one.
 */
export async function stageRoot(dir: string, from: Holder, to: Holder): Promise<Root> {
  const opened = await openKeystoreRoots(dir, from);
  return stageOpened(dir, readRoots(dir), opened, to);
}

/** Makes a staged root the current one. Keeps the previous one, and no other, as the old one. Idempotent. */
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

/** Drops the old root for good, after this custody opened the current one. Returns what was dropped. */
export async function dropOldRoot(dir: string, holder: Holder): Promise<Root | undefined> {
  const { id, roots } = readRoots(dir);
  const old = roots.find((root) => root.state === "old");
  const current = roots.find((root) => root.state === "current");
  if (old === undefined || current === undefined) return undefined;
  const opened = await openRoot(dir, id, current, holder);
  zeroKeks(opened.keks);
  change(dir, (file) => {
    const isStill = file.roots.some((root) => root.n === current.n && root.state === "current");
    if (!isStill) throw changedMeanwhile(dir);
    return file.roots.filter((root) => root.n !== old.n);
  });
  return old;
}

/** Drops a staged root with which no process has started. Returns what was dropped. */
export function dropStagedRoot(dir: string): Root | undefined {
  const staged = readRoots(dir).roots.find((root) => root.state === "staged");
  if (staged === undefined) return undefined;
  change(dir, (file) => file.roots.filter((root) => root.n !== staged.n || root.state !== "staged"));
  return staged;
}

/** Returns one line for each root, for operators. */
export function describeRoots(dir: string): string[] {
  return readRoots(dir).roots.map((root) => {
    const key = "kdf" in root ? root.kdf.kind : root.custody.key;
    return `${root.state} root ${root.n}: ${rootText(root)} (${key})`;
  });
}
