"use client";

import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { useOpeningHere } from "@/app/(portal)/transactions/[id]/_components/opening/opening-context";
import type { GrantRoute } from "@/app/(portal)/transactions/[id]/_components/opening/opening-route";
import type { Opened } from "@/components/client/blank-rules";
import { CallFailure } from "@/components/client/call-failure";
import { saveAnswer } from "@/components/client/download-link";
import { useApi } from "@/components/client/use-api";
import { useSignedOpening } from "@/components/client/use-signed-opening";
import { Button } from "@/components/ui/button";
import { Confirmation } from "@/components/ui/states";
import { GroupName } from "@/lib/vocabulary";

interface Made {
  readonly reference: string;
  readonly code: string;
}

function groupsOf(items: readonly Opened[]): GroupName[] {
  const has = (group: GroupName) =>
    items.some(({ values }) => group in values || (group === "amount" && "currency" in values));
  return GroupName.options.filter(has);
}

/** Opens the shown fields again on the server, which makes the file: the values on this page are not sent. */
function useMakeEvidence(transactionId: string) {
  const api = useApi();
  const sign = useSignedOpening();
  const locale = useLocale();
  return async (
    fields: readonly GroupName[],
    purpose: string,
    grant: GrantRoute | undefined,
  ): Promise<Made> => {
    const signed = grant === undefined ? {} : await sign(transactionId, grant.id, fields);
    const body = {
      purpose,
      fields: [...fields],
      ...(grant === undefined ? {} : { grant_id: grant.id }),
      records: [{ transaction_id: transactionId, ...signed }],
      language: locale === "de" ? "de" : "en",
    };
    const answer = await api.send("POST", "/confidential/evidence", { body });
    const made = {
      reference: answer.headers.get("x-evidence-reference") ?? "",
      code: answer.headers.get("x-evidence-code") ?? "",
    };
    await saveAnswer(answer, `${made.reference}.pdf`);
    return made;
  };
}

/** Why an access has no evidence left to make; undefined where it has. */
function hindranceOf(grant: GrantRoute | undefined): "noExports" | "noViews" | undefined {
  if (grant === undefined) return undefined;
  if (grant.exportsLeft < 1) return "noExports";
  return grant.viewsLeft < 1 ? "noViews" : undefined;
}

/** The button next to opened fields that takes them away as evidence, and what came of it. */
export function MakeEvidence({ transactionId }: { transactionId: string }) {
  const t = useTranslations("transactions.evidence");
  const router = useRouter();
  const { opened, way, purpose } = useOpeningHere();
  const make = useMakeEvidence(transactionId);
  const [isBusy, setBusy] = useState(false);
  const [made, setMade] = useState<Made>();
  const [error, setError] = useState<unknown>();
  const last = opened.items.at(-1);
  // The grant as it is now: this page shows the budget that is left after the opening.
  const grant = way.kind === "grant" ? way.grants.find(({ id }) => id === last?.grant?.id) : undefined;
  const hindrance = hindranceOf(grant);
  if (last === undefined || (last.grant !== undefined && grant === undefined)) return null;
  const items = opened.items.filter((one) => one.grant?.id === last.grant?.id);
  const press = async () => {
    setBusy(true);
    setError(undefined);
    try {
      setMade(await make(groupsOf(items), grant?.purpose ?? purpose, grant));
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
      router.refresh();
    }
  };
  return (
    <div className="mt-4 print:hidden">
      <div className="flex flex-wrap items-center gap-3">
        <Button
          icon="download"
          isBusy={isBusy}
          disabled={hindrance !== undefined}
          onClick={() => void press()}
        >
          {t("make")}
        </Button>
        <p className="text-control text-ink-2">
          {t(hindrance ?? (grant === undefined ? "own" : "costs"), {
            views: grant?.viewsLeft ?? 0,
            exports: grant?.exportsLeft ?? 0,
          })}
        </p>
      </div>
      <div className="mt-3 max-w-[760px] empty:hidden">
        {made === undefined ? null : (
          <Confirmation title={t("made")} reference={made.reference}>
            {t("madeText", { code: made.code })}
          </Confirmation>
        )}
        <CallFailure error={error} title={t("failed")} />
      </div>
    </div>
  );
}
