"use client";

import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { useKeyFacts } from "@/app/(portal)/account/security/_components/statement-keys/key-facts";
import type { RosterActs } from "@/app/(portal)/account/security/_components/statement-keys/use-roster-acts";
import { TextArea } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Facts } from "@/components/ui/facts";
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

/** Asks for confirmation and names person and key. A confirmed key decides and opens in that person's name. */
function ConfirmDialog(props: {
  change: RosterChangeView | undefined;
  acts: RosterActs;
  onClose: () => void;
}) {
  const t = useTranslations("roster.confirm");
  const { change, acts, onClose } = props;
  const facts = useKeyFacts(change);
  const isBusy = acts.running !== undefined;
  if (change === undefined) return null;
  const { name: person } = change;
  return (
    <Dialog
      isOpen
      canClose={!isBusy}
      onClose={onClose}
      title={t(change.kind === "remove" ? "askRemove" : "askTitle", { person })}
    >
      <p className="text-body">{t("askText", { person })}</p>
      <div className="mt-3">
        <Facts
          look="aligned"
          facts={[{ name: t("person"), value: `${person} (${change.person})` }, ...facts]}
        />
      </div>
      {change.to_sign === undefined ? <p className="mt-2 text-control text-ink-2">{t("byPortal")}</p> : null}
      <DialogActions>
        <Button look="primary" isBusy={isBusy} onClick={() => void acts.agree(change).then(onClose)}>
          {t(change.to_sign === undefined ? "yes" : "yesSigned")}
        </Button>
        <Button look="quiet" disabled={isBusy} onClick={onClose}>
          {t("keep")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function Waiting(props: {
  change: RosterChangeView;
  isBusy: boolean;
  onConfirm: () => void;
  onRefuse: () => void;
}) {
  const t = useTranslations("roster.confirm");
  const mine = useTranslations("roster.mine");
  const { change } = props;
  const facts = useKeyFacts(change);
  return (
    <li className="border-line border-b py-4">
      <p className="font-medium text-body">
        {t(change.kind, { person: change.name })}
        {change.label === undefined || change.label === "" ? null : ` (${change.label})`}
      </p>
      <Facts
        look="aligned"
        facts={[
          ...facts,
          { name: mine("waitsUntil"), value: <LocalTime instant={change.expires_at} form="minute" /> },
        ]}
      />
      <p className="mt-2 text-control text-ink-2">{t("call")}</p>
      <div className="mt-3 flex flex-wrap gap-2">
        <Button disabled={props.isBusy} onClick={props.onConfirm}>
          {t(change.to_sign === undefined ? "yes" : "yesSigned")}
        </Button>
        <Button look="quiet" onClick={props.onRefuse}>
          {t("no")}
        </Button>
      </div>
    </li>
  );
}

/** Changes of other people's keys that this person may confirm or refuse. */
export function ToConfirm({ changes, acts }: { changes: readonly RosterChangeView[]; acts: RosterActs }) {
  const t = useTranslations("roster.confirm");
  const headingId = useId();
  const [refusing, setRefusing] = useState<RosterChangeView>();
  const [confirming, setConfirming] = useState<RosterChangeView>();
  return (
    <section aria-labelledby={headingId} className="mb-6 max-w-[720px]">
      <h3 id={headingId} className="border-line border-b pb-2 font-semibold text-body">
        {t("title")}
      </h3>
      <ul>
        {changes.map((change) => (
          <Waiting
            key={change.id}
            change={change}
            isBusy={acts.running !== undefined}
            onConfirm={() => setConfirming(change)}
            onRefuse={() => setRefusing(change)}
          />
        ))}
      </ul>
      <ConfirmDialog change={confirming} acts={acts} onClose={() => setConfirming(undefined)} />
      <RefuseDialog change={refusing} acts={acts} onClose={() => setRefusing(undefined)} />
    </section>
  );
}
