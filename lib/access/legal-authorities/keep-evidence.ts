import "server-only";
import { sealDocument } from "@/lib/access/documents/seal-document";
import {
  type Evidence,
  type EvidenceRow,
  insertEvidence,
  listEvidence,
} from "@/lib/access/legal-authorities/evidence-store";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Running } from "@/lib/db/statement";

/** Keeps the bytes that a check rests on with the order, each once, sealed under its own key. */
export async function keepEvidence(
  tx: Running,
  cx: Context,
  of: { readonly authorizationId: string; readonly requestId: string },
  { cms, lists }: Evidence,
): Promise<void> {
  const at = cx.clock.now();
  const held = new Set(await listEvidence(tx, of.authorizationId));
  const rows: EvidenceRow[] = [];
  const add = (kind: EvidenceRow["kind"], bytes: Uint8Array) => {
    const id = uuidv7(at.getTime());
    const sealed = sealDocument(cx.keystore, id, bytes);
    if (held.has(sealed.sha256)) return;
    held.add(sealed.sha256);
    rows.push({ ...sealed, id, tenantId: cx.instance.tenantId, ...of, kind, bytes: bytes.length, at });
  };
  if (cms !== undefined) add("cms", cms);
  for (const list of lists) add("crl", list);
  await insertEvidence(tx, rows);
}
