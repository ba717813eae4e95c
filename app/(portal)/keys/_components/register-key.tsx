"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Acts, act } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import { ButtonLink } from "@/components/ui/button-link";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Confirmation, Notice } from "@/components/ui/states";
import type { registerKeyAlias } from "@/lib/api-client/operations/keys";
import type { RegisteredKey } from "@/lib/keys/schema";

const REGISTER = target<typeof registerKeyAlias>("POST", "/confidential/keys/register");

function Made({ made }: { made: RegisteredKey }) {
  const t = useTranslations("keys.register");
  const { receipt } = made;
  // Without a receipt no key was made: another person of the participant was faster.
  if (receipt === undefined)
    return (
      <Notice tone="amber" icon="warning" isLive title={t("existsTitle")}>
        <p>
          {t("existsText")}{" "}
          <Link href={`/keys/${made.key_id}`} prefetch={false} className="underline underline-offset-4">
            {made.kid}
          </Link>
        </p>
      </Notice>
    );
  return (
    <Confirmation title={t("doneTitle")} reference={made.kid}>
      <p>{t("doneText")}</p>
      <div className="mt-3">
        <Facts
          look="aligned"
          facts={[
            { name: t("fingerprint"), value: <Digest value={made.fingerprint} label={t("fingerprint")} /> },
            { name: t("publicKey"), value: <Digest value={made.public_key} label={t("publicKey")} /> },
            { name: t("at"), value: <LocalTime instant={made.registered_at} /> },
            { name: t("receipt"), value: <Digest value={receipt.entry_id} label={t("receipt")} /> },
            { name: t("by"), value: <LocalTime instant={receipt.integrate_by} /> },
          ]}
        />
      </div>
      <div className="mt-4 flex flex-wrap gap-2">
        <ButtonLink href={`/keys/${made.key_id}`} look="secondary">
          {t("toKey")}
        </ButtonLink>
        <ButtonLink href="/transactions" look="secondary">
          {t("toTransactions")}
        </ButtonLink>
      </div>
    </Confirmation>
  );
}

/** Registers a key after a question, and shows it with its receipt. */
export function RegisterKey({ participantId }: { participantId: string }) {
  const t = useTranslations("keys.register");
  const [made, setMade] = useState<RegisteredKey>();
  const register = act("register", {
    call: REGISTER,
    label: t("now"),
    button: { look: "primary", size: "form", icon: "key" },
    title: t("confirmTitle"),
    text: t("confirmText", { participant: participantId }),
    body: () => ({
      participant_id: participantId,
      algorithm: "X25519" as const,
      custody: "managed" as const,
    }),
    yes: t("confirm"),
    onDone: setMade,
  });
  return made === undefined ? <Acts acts={[register]} /> : <Made made={made} />;
}
