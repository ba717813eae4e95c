"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ReasonDialog } from "@/components/act/reason-dialog";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { Button } from "@/components/ui/button";
import { FactsSection } from "@/components/ui/section";
import type { AuthorizationView, RequestView } from "@/lib/access/requests/answer-schema";
import type { revokeAuthorization, suspendAuthorization } from "@/lib/api-client/operations/access";

const AUTHORITY = "/confidential/access/requests/{id}/authorizations/{authorization_id}";
const suspensionOf = target<typeof suspendAuthorization>("POST", `${AUTHORITY}/suspensions`);
const revocationOf = target<typeof revokeAuthorization>("POST", `${AUTHORITY}/revocations`);

const LIVE: readonly AuthorizationView["state"][] = [
  "submitted",
  "signature_verified",
  "legal_review",
  "attested",
  "approved",
  "active",
];
type End = "suspend" | "revoke";

function endsOf(state: AuthorizationView["state"]): readonly End[] {
  if (LIVE.includes(state)) return ["suspend", "revoke"];
  return state === "suspended" ? ["revoke"] : [];
}

/** The order was stayed or set aside: what rests on it ends at once. Neither is taken back; both ask for a reason. */
export function EndAuthority({ request }: { request: RequestView }) {
  const t = useTranslations("review.endAuthority");
  const router = useRouter();
  const [act, setAct] = useState<End>();
  const [suspend, revoke] = [useAct(suspensionOf), useAct(revocationOf)];
  const { authorization } = request;
  // What is overdue is with the executives, whom no reviewer stops.
  const ends = authorization === undefined || request.state === "overdue" ? [] : endsOf(authorization.state);
  if (authorization === undefined || ends.length === 0) return null;
  const send = async (reason: string) => {
    const input = {
      params: { id: request.id, authorization_id: authorization.id },
      body: { reason },
    };
    const answer = await (act === "suspend" ? suspend.run(input) : revoke.run(input));
    if (answer === undefined) return;
    setAct(undefined);
    router.refresh();
  };
  return (
    <FactsSection title={t("title")}>
      <div className="flex flex-wrap gap-2">
        {ends.map((one) => (
          <Button key={one} look={one === "revoke" ? "danger" : "secondary"} onClick={() => setAct(one)}>
            {t(`${one}.open`)}
          </Button>
        ))}
      </div>
      {act === undefined ? null : (
        <ReasonDialog
          title={t(`${act}.title`)}
          text={t(`${act}.text`, { number: authorization.case_number })}
          reason={{ label: t("reason"), help: t("reasonHelp"), missing: t("reasonMissing") }}
          yes={{ label: t(`${act}.yes`), look: "danger" }}
          failed={t("failed")}
          act={act === "suspend" ? suspend : revoke}
          onAct={(reason) => void send(reason)}
          onClose={() => setAct(undefined)}
        />
      )}
    </FactsSection>
  );
}
