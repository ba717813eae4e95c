import { z } from "zod";
import { openItem } from "@/lib/api-client/client/open-item";
import { getCallingKey } from "@/lib/api-client/operations/api-keys";
import { listKeys } from "@/lib/api-client/operations/keys";
import { getTransactionEnvelopes } from "@/lib/api-client/operations/transactions";
import { readPolicy } from "@/lib/audit/bundle-verifier/tree/check-keys";
import { fromBase64url } from "@/lib/crypto/bytes";
import type { OwnKey } from "@/lib/crypto/envelope/local-envelope";
import { OpenError } from "@/lib/crypto/format-error";
import type { GroupName } from "@/lib/vocabulary";
import type { Connection, Cx } from "./command";
import { CliError, EXIT, usage } from "./exit";
import { readJsonNamed, readNamed } from "./files";

/** A held key as `interop/held-key.mjs new` keeps it: a private JWK (RFC 8037). */
const HeldKey = z.looseObject({
  kty: z.literal("OKP"),
  crv: z.literal("X25519"),
  x: z.string(),
  d: z.string(),
});

export interface LocalOpening {
  readonly transaction_id: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Whether each group's entry was proven to be in the log, under the policy's keys. */
  readonly proven: boolean;
}

/** Returns the key by the name that envelopes have for it. Throws CliError where the participant does not own it. */
async function ownKey(cx: Cx, connection: Connection, file: string): Promise<OwnKey> {
  const parsed = HeldKey.safeParse(await readJsonNamed(cx.host, file));
  if (!parsed.success) throw usage(`${file} is not a private X25519 key as a JWK`);
  const { participant_id } = await connection.call(getCallingKey, {});
  if (participant_id === undefined) throw usage("the API key does not belong to a participant");
  for await (const { kid, public_key } of connection.pages(listKeys, { query: { participant_id } }))
    if (public_key === parsed.data.x) return { kid, privateKey: fromBase64url(parsed.data.d) };
  throw new CliError(EXIT.notAllowed, `the key in ${file} is not registered for ${participant_id}`);
}

/** A group's fields as the API gives them: members of an object under the group, any other value under its own name. */
function asAnswered(
  group: string,
  fields: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.hasOwn(fields, group) ? fields : { [group]: fields };
}

/**
 * Opens data sealed with a client-held key on this machine: the sealed data stay here, and the portal is not asked for
 * an opening. Throws CliError (wrong) where an envelope does not open, whatever the cause.
 */
export async function openLocally(
  cx: Cx,
  connection: Connection,
  wanted: {
    readonly id: string;
    readonly key: string;
    readonly policy: string | undefined;
    readonly fields: readonly GroupName[] | undefined;
  },
): Promise<LocalOpening> {
  const { id, policy, fields } = wanted;
  const key = await ownKey(cx, connection, wanted.key);
  const keys =
    policy === undefined ? undefined : readPolicy((await readNamed(cx.host, policy)).toString("utf8"));
  const { items } = await connection.call(getTransactionEnvelopes, { params: { id } });
  let data: Record<string, unknown> = {};
  let proven = true;
  for (const item of items) {
    if (fields !== undefined && !fields.some((group) => group === item.group)) continue;
    try {
      const opened = await openItem(id.toLowerCase(), item, key, keys);
      data = { ...data, ...asAnswered(item.group, opened.fields) };
      proven &&= opened.isProven;
    } catch (error) {
      if (!(error instanceof OpenError)) throw error;
      throw new CliError(EXIT.wrong, `the group ${item.group} does not open with the key in ${wanted.key}`);
    }
  }
  return { transaction_id: id, data, proven };
}
