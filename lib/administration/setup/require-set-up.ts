import "server-only";
import { isSetupOpen } from "@/lib/administration/setup/store";
import type { Context, InstanceFacts } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

/**
 * What may be saved before the second administrator has signed in: the caller's own account, the second administrator,
 * and the link for them.
 */
const ALLOWED: readonly string[] = [
  "/confidential/account",
  "/confidential/admin/setup",
  "/confidential/admin/invitations/",
];
const READS: readonly string[] = ["GET", "HEAD", "OPTIONS"];

/** Instances whose set-up is over, or had none: it never begins again. */
const finished = new WeakSet<InstanceFacts>();

/**
 * Throws `setup.unfinished` for a call that would save something while one administrator is alone. No second person
 * could agree to what this administrator changes.
 */
export async function requireSetUp(
  cx: Pick<Context, "db" | "instance">,
  { method, path }: { readonly method: string; readonly path: string },
): Promise<void> {
  const { instance } = cx;
  if (READS.includes(method) || finished.has(instance)) return;
  if (!(await inSnapshot(cx, (tx) => isSetupOpen(tx, instance.tenantId)))) {
    finished.add(instance);
    return;
  }
  if (ALLOWED.some((begin) => path.startsWith(begin))) return;
  throw new DomainError("setup.unfinished", {
    detail: "The second administrator has to sign in first. Until then nothing else can be saved.",
  });
}
