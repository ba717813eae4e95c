"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { FieldRow } from "@/app/(portal)/disputes/_components/field-row";
import { target } from "@/components/client/api";
import type { Opened } from "@/components/client/blank-rules";
import { CallFailure } from "@/components/client/call-failure";
import { useOpened } from "@/components/client/opened";
import { useApi } from "@/components/client/use-api";
import { useSignedOpening } from "@/components/client/use-signed-opening";
import { Button } from "@/components/ui/button";
import { Digest } from "@/components/ui/digest";
import { LocalTime } from "@/components/ui/local-time";
import { Notice } from "@/components/ui/states";
import type { openTransaction } from "@/lib/api-client/operations/disclosures";
import type { NoAccess } from "@/lib/disputes/schema";
import type { AccessBody } from "@/lib/transactions/schema";
import type { GroupName } from "@/lib/vocabulary";

const open = target<typeof openTransaction>("POST", "/confidential/transactions/{id}/access");

/** What the reader may do with the masked fields: the grant they hold, or why they cannot view any. */
export type Looking =
  | { readonly kind: "holder"; readonly grantId: string; readonly until: string; readonly viewsLeft: number }
  | { readonly kind: "support"; readonly why: NoAccess }
  | { readonly kind: "party" }
  | { readonly kind: "staff" };

interface RecordProps {
  readonly transactionId: string;
  readonly reference: string;
  /** Groups in the dispute, and sealed ones that are not. */
  readonly fields: readonly GroupName[];
  readonly others: readonly GroupName[];
  readonly parties: number;
  readonly looking: Looking;
  readonly nowMs: number;
}

/** Requests the masked values. They stay in this page's memory only. */
function useMasks({ transactionId, reference, fields, looking, nowMs }: RecordProps) {
  const api = useApi();
  const router = useRouter();
  const sign = useSignedOpening();
  const opened = useOpened({ nowMs });
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const look = async (): Promise<void> => {
    if (looking.kind !== "holder") return;
    setBusy(true);
    setError(undefined);
    const ticket = opened.ticket();
    try {
      const asked = {
        purpose: "dispute",
        grant_id: looking.grantId,
        fields: [...fields],
        ...(await sign(transactionId, looking.grantId, fields)),
      } satisfies AccessBody;
      const answer = await api.call(open, { params: { id: transactionId }, body: asked });
      const grant = { id: looking.grantId, reference, until: looking.until };
      const { access_id: accessId, data: values, masked = [], receipt } = answer;
      const openedAt = new Date().toISOString();
      opened.put(
        { accessId, transactionId, values, masked, openedAt, entryId: receipt.entry_id, grant },
        ticket,
      );
      // This view also changes the list of views and the number left.
      router.refresh();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return { latest: opened.items.at(-1), blanked: opened.blanked, look, isBusy, error };
}

function WhyNot({ looking }: { looking: Looking }) {
  const t = useTranslations("disputes.record");
  if (looking.kind === "holder") return null;
  const text =
    looking.kind === "support"
      ? t(`noAccess.${looking.why}`)
      : t(looking.kind === "party" ? "forParty" : "forStaff");
  return <p className="mt-3 text-control text-ink-2">{text}</p>;
}

/**
 * The button with which the person who took the dispute requests the masked values. Each request uses a view and is
 * logged.
 */
function Look(props: { isFirst: boolean; viewsLeft: number; isBusy: boolean; onLook: () => void }) {
  const t = useTranslations("disputes.record");
  const isUsedUp = props.viewsLeft === 0;
  return (
    <div className="mt-4 print:hidden">
      <Button
        look={props.isFirst ? "primary" : "secondary"}
        icon="eye"
        isBusy={props.isBusy}
        disabled={isUsedUp}
        onClick={props.onLook}
      >
        {t(props.isFirst ? "look" : "lookAgain")}
      </Button>
      <p className="mt-2 text-control text-ink-2" role="status">
        {props.isBusy ? t("looking") : t(isUsedUp ? "noAccess.views-exhausted" : "costs")}
      </p>
    </div>
  );
}

function Seen({ opened }: { opened: Opened }) {
  const t = useTranslations("disputes.record");
  return (
    <p className="mt-3 text-control text-ink-2">
      {t.rich("seen", { time: () => <LocalTime instant={opened.openedAt} /> })}{" "}
      {opened.entryId === undefined ? null : (
        <>
          {t("entry")} <Digest value={opened.entryId} label={t("entry")} />
        </>
      )}
    </p>
  );
}

/** The record's sealed fields: masked for the person who took the dispute, sealed for all others. */
export function RecordColumn(props: RecordProps) {
  const { fields, others, looking, parties } = props;
  const t = useTranslations("disputes.record");
  const { latest, blanked, look, isBusy, error } = useMasks(props);
  return (
    <div>
      {blanked === undefined ? null : (
        <Notice tone="amber" icon="clock" isLive className="mb-3">
          <p>{t(`blank.${blanked}`)}</p>
        </Notice>
      )}
      {fields.length + others.length === 0 ? (
        <p className="py-3 text-control text-ink-2">{t("nothing")}</p>
      ) : null}
      {fields.map((group) => (
        <FieldRow key={group} group={group} opened={latest} isIncluded parties={parties} />
      ))}
      {others.map((group) => (
        <FieldRow key={group} group={group} opened={undefined} isIncluded={false} parties={parties} />
      ))}
      <WhyNot looking={looking} />
      {looking.kind === "holder" ? (
        <Look
          isFirst={latest === undefined}
          viewsLeft={looking.viewsLeft}
          isBusy={isBusy}
          onLook={() => void look()}
        />
      ) : null}
      {error === undefined ? null : <CallFailure error={error} title={t("failed")} />}
      {latest === undefined ? null : <Seen opened={latest} />}
    </div>
  );
}
