"use client";

import { useTranslations } from "next-intl";
import { ActRow, act, type RowAct } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type {
  addAuthorityList,
  confirmAuthority,
  revokeAuthority,
  withdrawAuthority,
} from "@/lib/api-client/operations/authorities";
import type { AuthorityView } from "@/lib/authorities/schema";
import { toBase64 } from "@/lib/crypto/bytes";

const CONFIRM = target<typeof confirmAuthority>("POST", "/confidential/admin/authorities/{id}/confirmations");
const WITHDRAW = target<typeof withdrawAuthority>("POST", "/confidential/admin/authorities/{id}/withdrawals");
const REVOKE = target<typeof revokeAuthority>("POST", "/confidential/admin/authorities/{id}/revocations");
const ADD = target<typeof addAuthorityList>("POST", "/confidential/admin/authorities/{id}/crls");
const DASH = 0x2d;

/** Returns PEM as it is, and DER in base64. */
async function textOf(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return bytes[0] === DASH ? file.text() : toBase64(bytes);
}

/** Confirms, withdraws or revokes a registration, or adds a revocation list, as far as the person may. */
export function AuthorityActs({ item }: { item: AuthorityView }) {
  const t = useTranslations("authority.acts");
  const { id, issuer } = item;
  const what = item.kid ?? item.subject ?? "";
  const common = (one: AuthorityView["acts"][number]) => ({
    params: { id },
    label: t(`${one}.act`),
    named: t(`${one}.named`, { issuer, what }),
    title: t(`${one}.title`, { issuer }),
    text: t(`${one}.text`),
    yes: t(`${one}.yes`),
    failed: t(`${one}.failed`),
  });
  const reasonOf = (one: "withdraw" | "revoke") => ({
    reason: { kind: "reason" as const, label: t(`${one}.input`), missing: t(`${one}.needed`) },
  });
  const quiet = { size: "bar", look: "quiet" } as const;
  const all: Readonly<Record<AuthorityView["acts"][number], RowAct>> = {
    confirm: act("confirm", {
      ...common("confirm"),
      call: CONFIRM,
      button: { size: "bar" },
      fields: {
        digest: { kind: "line", isCode: true, label: t("confirm.input"), missing: t("confirm.needed") },
      },
      body: ({ digest }) => ({ digest }),
    }),
    withdraw: act("withdraw", {
      ...common("withdraw"),
      call: WITHDRAW,
      button: quiet,
      fields: reasonOf("withdraw"),
      body: ({ reason }) => ({ reason }),
      danger: true,
    }),
    revoke: act("revoke", {
      ...common("revoke"),
      call: REVOKE,
      button: quiet,
      fields: reasonOf("revoke"),
      body: ({ reason }) => ({ reason }),
      danger: true,
    }),
    list: act("list", {
      ...common("list"),
      call: ADD,
      button: { size: "bar" },
      fields: {
        crl: {
          kind: "file",
          accept: ".crl,.der,.pem",
          read: textOf,
          label: t("list.list"),
          missing: t("list.needed"),
        },
        issuer_certificate: {
          kind: "file",
          isOptional: true,
          accept: ".cer,.crt,.der,.pem",
          read: textOf,
          label: t("list.issuer"),
        },
      },
      body: ({ crl, issuer_certificate: issuer }) => ({
        crl,
        ...(issuer === "" ? {} : { issuer_certificate: issuer }),
      }),
    }),
  };
  return <ActRow acts={item.acts.map((one) => all[one])} />;
}
