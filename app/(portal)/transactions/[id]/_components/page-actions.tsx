"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import {
  MAIN_ACTION,
  useOpeningHere,
} from "@/app/(portal)/transactions/[id]/_components/opening/opening-context";
import { CallFailure } from "@/components/client/call-failure";
import { saveAnswer } from "@/components/client/download-link";
import { useApi } from "@/components/client/use-api";
import { Button } from "@/components/ui/button";
import type { GroupName } from "@/lib/vocabulary";

/** The record's part of the log as a signed bundle. */
function Export({ transactionId }: { transactionId: string }) {
  const t = useTranslations("transactions.actions");
  const api = useApi();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const run = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const query = { format: "bundle", subject: `transaction:${transactionId}` };
      const answer = await api.send("GET", "/confidential/audit/export", { query });
      await saveAnswer(answer, `sealport-${transactionId}.zip`);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button
        look="secondary"
        size="large"
        icon="download"
        isBusy={isBusy}
        className="w-full tablet:w-auto"
        onClick={() => void run()}
      >
        {t("export")}
      </Button>
      {error === undefined ? null : <CallFailure error={error} title={t("notExported")} />}
    </>
  );
}

/** What a press does: nothing is opened where all fields are masked. */
function actOf(fields: readonly GroupName[], masked: readonly GroupName[]): "open" | "viewMasked" {
  return fields.every((group) => masked.includes(group)) ? "viewMasked" : "open";
}

/** The one primary act is opening what may be opened. Then it is making evidence, next to the fields. */
export function PageActions(props: {
  transactionId: string;
  sealed: readonly GroupName[];
  mayExport: boolean;
}) {
  const t = useTranslations("transactions.actions");
  const { way, grant, opened, isBusy, open } = useOpeningHere();
  const within = way.kind === "own" ? props.sealed : (grant?.fields ?? []);
  const openable = props.sealed.filter((group) => within.includes(group));
  const act = actOf(openable, grant?.maskedFields ?? []);
  const isOpen = opened.items.length > 0;
  const mayOpen = openable.length > 0 && !isOpen;
  return (
    <>
      {/* One button for both, so that the focus stays where it is. */}
      {mayOpen || isOpen ? (
        <Button
          id={MAIN_ACTION}
          look={isOpen ? "secondary" : "primary"}
          size="large"
          {...(isOpen ? {} : { icon: "eye" as const })}
          isBusy={isBusy}
          className="w-full tablet:w-auto"
          onClick={() => (isOpen ? opened.blank("closed") : void open(openable))}
        >
          {isOpen ? t("blank") : t(act, { count: openable.length })}
        </Button>
      ) : null}
      {props.mayExport ? <Export transactionId={props.transactionId} /> : null}
    </>
  );
}
