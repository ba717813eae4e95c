"use client";

import { useTranslations } from "next-intl";
import { Acts, act } from "@/components/act/act-button";
import { NotSigned, target } from "@/components/client/api";
import { signStatement } from "@/components/client/sign-statement";
import type {
  agreeToRosterChange,
  refuseRosterChange,
} from "@/lib/api-client/operations/administration/roster";
import type { RosterChangeView, RosterPage } from "@/lib/identity/roster/schema";
import { isVersionAsShown } from "./version-check";

const AGREE = target<typeof agreeToRosterChange>(
  "POST",
  "/confidential/account/roster/changes/{id}/agreements",
);
const REFUSE = target<typeof refuseRosterChange>(
  "POST",
  "/confidential/account/roster/changes/{id}/refusals",
);

async function signatureFor(
  change: RosterChangeView,
  { rp_id: rpId, credential_ids }: RosterPage["signing"],
) {
  const { to_sign: toSign } = change;
  if (toSign === undefined) return {};
  if (!(await isVersionAsShown(change, toSign))) throw new NotSigned("differs");
  if (credential_ids.length === 0) throw new NotSigned("unsupported");
  const keys = { rpId, credentialIds: credential_ids };
  return { signature: await signStatement("roster", toSign.statement, keys) };
}

interface OfVersion {
  readonly change: RosterChangeView;
  readonly signing: RosterPage["signing"];
  readonly isOwn: boolean;
}

function useSign({ change, signing }: OfVersion) {
  const t = useTranslations("roster.version");
  const byPortal = change.to_sign === undefined;
  return act<typeof agreeToRosterChange>("sign", {
    call: AGREE,
    params: { id: change.id },
    label: t(byPortal ? "agree" : "sign"),
    button: { look: "primary" },
    title: t("signTitle", { version: change.version }),
    text: (
      <>
        <p>{t("signText")}</p>
        <p className="mt-2 text-control text-ink-2">{t(byPortal ? "byPortal" : "twice")}</p>
      </>
    ),
    body: () => ({}),
    signed: () => signatureFor(change, signing),
    yes: t(byPortal ? "agree" : "sign"),
    failed: t("failed"),
  });
}

function useRefuse({ change, isOwn }: OfVersion) {
  const t = useTranslations("roster.version");
  return act<typeof refuseRosterChange, "reason">("refuse", {
    call: REFUSE,
    params: { id: change.id },
    label: t(isOwn ? "withdraw" : "refuse"),
    title: t(isOwn ? "withdrawTitle" : "refuseTitle", { version: change.version }),
    text: t("refuseText"),
    fields: { reason: { kind: "reason", label: t("reason"), missing: t("reasonMissing") } },
    body: ({ reason }) => ({ reason }),
    yes: t(isOwn ? "withdraw" : "refuse"),
    danger: true,
    failed: t("failed"),
  });
}

/** Signs a version as one of two people, or refuses it; the person who asked withdraws it. */
export function VersionActs(props: OfVersion) {
  const sign = useSign(props);
  const refuse = useRefuse(props);
  const { change, isOwn } = props;
  if (change.state !== "pending" || !(isOwn || change.awaits_me)) return null;
  return (
    <div className="mt-4 flex flex-wrap gap-3">
      <Acts acts={change.awaits_me ? [sign, refuse] : [refuse]} />
    </div>
  );
}
