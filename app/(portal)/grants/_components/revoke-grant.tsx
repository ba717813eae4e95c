"use client";

import { useTranslations } from "next-intl";
import { ActButton } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import type { revokeGrant } from "@/lib/api-client/operations/grants";
import type { endRelease } from "@/lib/api-client/operations/releases";

const REVOKE = target<typeof revokeGrant>("POST", "/confidential/access/grants/{id}/revoke");
const END = target<typeof endRelease>("POST", "/confidential/access/grants/{id}/release-ends");

interface Ended {
  readonly grantId: string;
  readonly reference: string;
  /** The holder ends their own access; anyone else revokes it. */
  readonly isOwn: boolean;
}

/** Revokes a grant, with the reason. */
export function RevokeGrant({ grantId, reference, isOwn, holder }: Ended & { readonly holder: string }) {
  const t = useTranslations("grants.revoke");
  return (
    <ActButton
      call={REVOKE}
      params={{ id: grantId }}
      label={t(isOwn ? "give" : "act")}
      title={t(isOwn ? "titleOwn" : "title")}
      text={isOwn ? t("textOwn", { reference }) : t("text", { reference, name: holder })}
      fields={{
        reason: {
          kind: "reason",
          label: t("reason"),
          help: t("reasonHelp"),
          missing: t("reasonNeeded"),
          maxLength: 2_000,
        },
      }}
      body={({ reason }) => ({ reason })}
      yes={t(isOwn ? "yesOwn" : "yes")}
      failed={t("failed")}
      danger
    />
  );
}

/** Ends an executive release. The custodian accepts this only with a signature of an executive or the holder. */
export function EndRelease(props: Ended & { readonly log: string; readonly person: string }) {
  const { grantId, reference, isOwn, log, person } = props;
  const t = useTranslations("grants.endRelease");
  const statement = { log, grant: grantId, person };
  return (
    <ActButton
      call={END}
      params={{ id: grantId }}
      label={t(isOwn ? "give" : "act")}
      title={t(isOwn ? "titleOwn" : "title")}
      text={t("text", { reference })}
      fields={{
        reason: {
          kind: "reason",
          label: t("reason"),
          help: t("reasonHelp"),
          missing: t("reasonMissing"),
        },
      }}
      body={({ reason }) => ({ reason })}
      signed={async (_body, sign) => {
        const made = await sign({
          kind: "release-end",
          prepare: async () => statement,
          isAsShown: () => true,
        });
        return made === undefined ? {} : { signature: made.signature };
      }}
      yes={t("yes")}
      failed={t("failed")}
      danger
    />
  );
}
