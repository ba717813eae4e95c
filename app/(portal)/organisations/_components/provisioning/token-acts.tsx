"use client";

import { useTranslations } from "next-intl";
import { ActButton, ActRow, act } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import { SecretOnce } from "@/components/domain/secret-once";
import type { Provisioning, ScimToken } from "@/lib/administration/provisioning/schema";
import type {
  applyProvisioning,
  createScimToken,
  revokeScimToken,
} from "@/lib/api-client/operations/administration/provisioning";

const BASE = "/confidential/admin/organisations/{id}/provisioning";
const MAKE = target<typeof createScimToken>("POST", `${BASE}/tokens`);
const REVOKE = target<typeof revokeScimToken>("POST", `${BASE}/tokens/{token_id}/revoke`);
const APPLY = target<typeof applyProvisioning>("POST", `${BASE}/apply`);
const DAYS = ["30", "90", "180", "365"] as const;
/** Hours that the old token still works. */
const OVERLAPS = ["0", "1", "24", "168"] as const;

/** Makes the token for the identity provider, and shows it once. */
export function MakeToken({ id }: { id: string }) {
  const t = useTranslations("provisioning.tokens");
  return (
    <ActButton<typeof createScimToken, "days">
      call={MAKE}
      params={{ id }}
      label={t("make")}
      button={{ look: "secondary", size: "bar" }}
      title={t("makeTitle")}
      text={t("makeText")}
      fields={{
        days: {
          kind: "menu",
          label: t("days"),
          initial: "180",
          options: DAYS.map((value) => ({ value, label: t("daysOf", { count: Number(value) }) })),
        },
      }}
      body={({ days }) => ({ days: Number(days) })}
      yes={t("makeYes")}
      failed={t("failed")}
      done={({ token }, close) => <SecretOnce words="provisioning.secret" secret={token} onDone={close} />}
    />
  );
}

/** Replaces a live token with a new one, or ends it. */
export function TokenActs({ id, token }: { id: string; token: ScimToken }) {
  const t = useTranslations("provisioning.tokens");
  if (token.state !== "live") return null;
  const name = `scim_${token.prefix}`;
  return (
    <ActRow
      acts={[
        act<typeof createScimToken, "overlap">("replace", {
          call: MAKE,
          params: { id },
          label: t("replace"),
          named: t("replaceNamed", { name }),
          button: { size: "bar" },
          title: t("replaceTitle"),
          text: t("replaceText"),
          fields: {
            overlap: {
              kind: "menu",
              label: t("overlap"),
              initial: "24",
              options: OVERLAPS.map((value) => ({ value, label: t("hours", { count: Number(value) }) })),
            },
          },
          body: ({ overlap }) => ({ days: 180, replaces: token.id, overlap_hours: Number(overlap) }),
          yes: t("replaceYes"),
          failed: t("failed"),
          done: ({ token: secret }, close) => (
            <SecretOnce words="provisioning.secret" secret={secret} onDone={close} />
          ),
        }),
        act<typeof revokeScimToken, "reason">("end", {
          call: REVOKE,
          params: { id, token_id: token.id },
          label: t("end"),
          named: t("endNamed", { name }),
          button: { size: "bar", look: "quiet" },
          title: t("endTitle"),
          text: t("endText"),
          fields: { reason: { kind: "reason", label: t("reason"), missing: t("reasonMissing") } },
          body: (answers) => answers,
          yes: t("endYes"),
          danger: true,
          failed: t("failed"),
        }),
      ]}
    />
  );
}

/** Asks for what their groups give to the people who differ. */
export function ApplyGroups({ provisioning: { id, differing } }: { provisioning: Provisioning }) {
  const t = useTranslations("provisioning.differing");
  return (
    <ActButton<typeof applyProvisioning>
      call={APPLY}
      params={{ id }}
      label={t("apply")}
      button={{ size: "bar" }}
      title={t("applyTitle", { count: differing.length })}
      text={t("applyText")}
      yes={t("applyYes")}
      failed={t("failed")}
      done={({ done, failed }, close) => (
        <div className="grid gap-3 text-control">
          <p>{t("asked", { count: done.length })}</p>
          {failed.map(({ id: person, name, detail }) => (
            <p key={person}>
              {name}: {detail}
            </p>
          ))}
          <button type="button" className="justify-self-start underline" onClick={close}>
            {t("close")}
          </button>
        </div>
      )}
    />
  );
}
