"use client";

import { useTranslations } from "next-intl";
import { Acts, act } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import { FactsSection } from "@/components/ui/section";
import type { AuthorizationView, RequestView } from "@/lib/access/requests/answer-schema";
import type { revokeAuthorization, suspendAuthorization } from "@/lib/api-client/operations/access";

const AUTHORITY = "/confidential/access/requests/{id}/authorizations/{authorization_id}";
const CALLS = {
  suspend: target<typeof suspendAuthorization>("POST", `${AUTHORITY}/suspensions`),
  revoke: target<typeof revokeAuthorization>("POST", `${AUTHORITY}/revocations`),
} as const;

const LIVE: readonly AuthorizationView["state"][] = [
  "submitted",
  "signature_verified",
  "legal_review",
  "attested",
  "approved",
  "active",
];

function endsOf(state: AuthorizationView["state"]): readonly (keyof typeof CALLS)[] {
  if (LIVE.includes(state)) return ["suspend", "revoke"];
  return state === "suspended" ? ["revoke"] : [];
}

/** Suspends or revokes the legal authority of a request. All access that rests on it ends at once, for good. */
export function EndAuthority({ request }: { request: RequestView }) {
  const t = useTranslations("review.endAuthority");
  const { authorization } = request;
  // Reviewers cannot stop an overdue request: the executives decide it.
  const ends = authorization === undefined || request.state === "overdue" ? [] : endsOf(authorization.state);
  if (authorization === undefined || ends.length === 0) return null;
  return (
    <FactsSection title={t("title")}>
      <div className="flex flex-wrap gap-2">
        <Acts
          acts={ends.map((one) =>
            act<typeof suspendAuthorization | typeof revokeAuthorization, "reason">(one, {
              call: CALLS[one],
              params: { id: request.id, authorization_id: authorization.id },
              label: t(`${one}.open`),
              button: { look: one === "revoke" ? "danger" : "secondary" },
              title: t(`${one}.title`),
              text: t(`${one}.text`, { number: authorization.case_number ?? request.reference }),
              fields: {
                reason: {
                  kind: "reason",
                  label: t("reason"),
                  help: t("reasonHelp"),
                  missing: t("reasonMissing"),
                  maxLength: 2_000,
                },
              },
              body: ({ reason }) => ({ reason }),
              yes: t(`${one}.yes`),
              failed: t("failed"),
              danger: true,
            }),
          )}
        />
      </div>
    </FactsSection>
  );
}
