"use client";

import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import type { RosterActs } from "@/app/(portal)/account/security/_components/use-roster-acts";
import { Button } from "@/components/ui/button";
import { TextArea } from "@/components/ui/controls";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import { Field } from "@/components/ui/field";
import { LocalTime } from "@/components/ui/local-time";
import type { RosterChangeView } from "@/lib/identity/roster/schema";

function RefuseDialog(props: {
  change: RosterChangeView | undefined;
  acts: RosterActs;
  onClose: () => void;
}) {
  const t = useTranslations("roster.confirm");
  const [reason, setReason] = useState("");
  const { change, acts } = props;
  return (
    <Dialog isOpen={change !== undefined} onClose={props.onClose} title={t("refuseTitle")}>
      <Field id="refusal-reason" label={t("reason")}>
        {(field) => (
          <TextArea
            {...field}
            value={reason}
            maxLength={2_000}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      <DialogActions>
        <Button
          look="danger"
          isBusy={acts.running !== undefined}
          onClick={() => {
            if (change !== undefined) void acts.refuse(change, reason).then(props.onClose);
          }}
        >
          {t("no")}
        </Button>
        <Button look="quiet" onClick={props.onClose}>
          {t("keep")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function keyFacts(change: RosterChangeView, t: ReturnType<typeof useTranslations<"roster.confirm">>) {
  return [
    ...(change.added === undefined
      ? []
      : [{ name: t("new"), value: <Digest value={change.added} label={t("new")} /> }]),
    ...(change.removed === undefined
      ? []
      : [{ name: t("old"), value: <Digest value={change.removed} label={t("old")} /> }]),
  ];
}

/** Changes of other people's keys that this person may confirm or refuse. */
export function ToConfirm({ changes, acts }: { changes: readonly RosterChangeView[]; acts: RosterActs }) {
  const t = useTranslations("roster.confirm");
  const mine = useTranslations("roster.mine");
  const headingId = useId();
  const [refusing, setRefusing] = useState<RosterChangeView>();
  const isBusy = acts.running !== undefined;
  return (
    <section aria-labelledby={headingId} className="mb-6 max-w-[720px]">
      <h3 id={headingId} className="border-line border-b pb-2 font-semibold text-body">
        {t("title")}
      </h3>
      <ul>
        {changes.map((change) => (
          <li key={change.id} className="border-line border-b py-4">
            <p className="font-medium text-body">
              {t(change.kind, { person: change.name })}
              {change.label === undefined || change.label === "" ? null : ` (${change.label})`}
            </p>
            <Facts
              look="aligned"
              facts={[
                ...keyFacts(change, t),
                {
                  name: mine("waitsUntil"),
                  value: <LocalTime instant={change.expires_at} form="minute" />,
                },
              ]}
            />
            <p className="mt-2 text-control text-ink-2">{t("call")}</p>
            {change.to_sign === undefined ? (
              <p className="mt-1 text-control text-ink-2">{t("byPortal")}</p>
            ) : null}
            <div className="mt-3 flex flex-wrap gap-2">
              <Button
                isBusy={acts.running === `agree-${change.id}`}
                onClick={isBusy ? undefined : () => void acts.agree(change)}
              >
                {t(change.to_sign === undefined ? "yes" : "yesSigned")}
              </Button>
              <Button look="quiet" onClick={() => setRefusing(change)}>
                {t("no")}
              </Button>
            </div>
          </li>
        ))}
      </ul>
      <RefuseDialog change={refusing} acts={acts} onClose={() => setRefusing(undefined)} />
    </section>
  );
}
