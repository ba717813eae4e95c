import { createDecipheriv, createHash, createHmac } from "node:crypto";
import { z } from "zod";
import { fromBase64url } from "@/lib/crypto/bytes";
import { wrapContentKey } from "@/lib/crypto/envelope/envelope";
import type { NewEntry, WrappedGroup, WrapsPage } from "@/lib/keys/wraps/schema";
import type { KeyHolder } from "@/lib/testing/devices/key-holder";

const Protected = z.object({
  cfx: z.object({
    tx: z.string(),
    grp: z.string(),
    ep: z.string(),
    gen: z.int(),
    cmt: z.string(),
    rd: z.string(),
  }),
});

/** Returns four bytes of length, then the bytes themselves. */
function counted(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Unwraps a content key: RFC 7518 section 4.6.2 for 256 bits, and RFC 3394. */
function unwrap(secret: Uint8Array, { recipient: { header, encrypted_key } }: WrappedGroup): Buffer {
  const kek = createHash("sha256")
    .update(Buffer.from([0, 0, 0, 1]))
    .update(secret)
    .update(counted(Buffer.from("ECDH-ES+A256KW")))
    .update(counted(Buffer.from(header.apu, "base64url")))
    .update(counted(Buffer.from(header.apv, "base64url")))
    .update(Buffer.from([0, 0, 1, 0]))
    .digest();
  const cipher = createDecipheriv("id-aes256-wrap", kek, Buffer.alloc(8, 0xa6));
  return Buffer.concat([cipher.update(Buffer.from(encrypted_key, "base64url")), cipher.final()]);
}

/**
 * Returns what a holder's program makes of one listed entry, from the answer of the call alone. It checks that the protected header is
 * about this group, unwraps the content key, compares it with the commitment and wraps it for the new key.
 */
export async function entryFor(
  holder: Pick<KeyHolder, "derive">,
  item: WrappedGroup,
  successor: { readonly kid: string; readonly public_key: string },
): Promise<NewEntry> {
  const { transaction_id, group, gen, ep, recipient } = item;
  const { cfx } = Protected.parse(JSON.parse(Buffer.from(item.protected, "base64url").toString("utf8")));
  const isSame = cfx.tx === transaction_id && cfx.grp === group && cfx.gen === gen && cfx.ep === ep;
  const apu = Buffer.from(recipient.header.apu, "base64url").toString("utf8");
  if (!isSame || apu !== `cfx1|tx=${transaction_id}|grp=${group}|ep=${ep}|gen=${gen}`) {
    throw new TypeError("the entry is not about this group");
  }
  const cek = unwrap(await holder.derive(fromBase64url(recipient.header.epk.x)), item);
  const cmt = createHmac("sha256", cek).update(`cfx1/commit|${apu}`).digest("base64url");
  if (cmt !== cfx.cmt) throw new TypeError("the envelope does not commit to this key");
  const publicKey = fromBase64url(successor.public_key);
  const context = { tx: transaction_id, group, ep, gen, rd: cfx.rd };
  const made = wrapContentKey(cek, { ...context, kid: successor.kid, publicKey });
  const header = { ...made.header, epk: { ...made.header.epk } };
  return { transaction_id, group, gen, recipient: { header, encrypted_key: made.encrypted_key } };
}

/** Returns the same for a whole page; the new key must be the program's own. */
export function entriesFor(
  holder: Pick<KeyHolder, "derive">,
  page: WrapsPage,
  next: Pick<KeyHolder, "publicKey">,
): Promise<NewEntry[]> {
  const { successor } = page;
  if (successor === null || successor.public_key !== next.publicKey)
    throw new TypeError("the new key is not mine");
  return Promise.all(page.items.map((item) => entryFor(holder, item, successor)));
}
