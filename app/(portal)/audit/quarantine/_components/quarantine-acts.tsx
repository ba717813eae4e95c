"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ReasonDialog } from "@/components/act/reason-dialog";
import { useAct } from "@/components/act/use-act";
import { CallRefused, target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Facts } from "@/components/ui/facts";
import type {
  agreeToAcknowledgement,
  askAcknowledgement,
  refuseAcknowledgement,
} from "@/lib/api-client/operations/quarantine";
import type { Acknowledgement, AsideRow } from "@/lib/audit/aside/schema";
import { shortDigest } from "@/lib/format";

const SAID = "/confidential/audit/acknowledgements";
const ASK = target<typeof askAcknowledgement>("POST", SAID);
const AGREE = target<typeof agreeToAcknowledgement>("POST", `${SAID}/{id}/agreements`);
const REFUSE = target<typeof refuseAcknowledgement>("POST", `${SAID}/{id}/refusals`);

/** Says that the row was looked at, and what came of it. */
function Asking({ item, onClose }: { item: AsideRow; onClose: () => void }) {
  const t = useTranslations("keeping.aside.acts");
  const router = useRouter();
  const act = useAct(ASK);
  const ask = async (reason: string) => {
    if ((await act.run({ body: { entry_id: item.entry_id, reason } })) === undefined) return;
    onClose();
    router.refresh();
  };
  return (
    <ReasonDialog
      title={t("askTitle")}
      text={t("askText")}
      reason={{ label: t("reason"), help: t("reasonHelp"), missing: t("reasonNeeded") }}
      yes={{ label: t("askYes"), look: "primary" }}
      failed={t("failed")}
      act={act}
      onAct={(reason) => void ask(reason)}
      onClose={onClose}
    />
  );
}

/** Agrees as the second person, or ends what was asked; the page is read again where the state has moved on. */
function Deciding(props: {
  item: AsideRow;
  word: Acknowledgement;
  act: "agree" | "refuse";
  onClose: () => void;
}) {
  const { item, word, act, onClose } = props;
  const t = useTranslations("keeping.aside");
  const ui = useTranslations("ui");
  const router = useRouter();
  const agree = useAct(AGREE);
  const refuse = useAct(REFUSE);
  const { isBusy, error } = act === "agree" ? agree : refuse;
  const decide = async () => {
    const input = { params: { id: word.id } };
    const answer = await (act === "agree" ? agree.run(input) : refuse.run(input));
    if (answer === undefined) return;
    onClose();
    router.refresh();
  };
  const isOver = error instanceof CallRefused && error.problem.status === 409;
  const close = () => {
    onClose();
    if (isOver) router.refresh();
  };
  return (
    <Dialog isOpen onClose={close} canClose={!isBusy} title={t(`acts.${act}Title`)}>
      <p className="mb-4 text-body">{t(`acts.${act}Text`)}</p>
      <Facts
        look="aligned"
        facts={[
          { name: t("columns.row"), value: <span className="break-all font-mono">{item.entry_id}</span> },
          { name: t("columns.why"), value: t(`why.${item.why}`) },
          { name: t("acts.reason"), value: word.reason },
          { name: t("columns.asked"), value: word.asked_by ?? t("somebody") },
        ]}
      />
      {error === undefined ? null : (
        <div className="mt-4">
          <CallFailure error={error} title={t("acts.failed")} />
        </div>
      )}
      <DialogActions>
        <Button look="primary" isBusy={isBusy} onClick={() => void decide()}>
          {t(`acts.${act}Yes`)}
        </Button>
        <Button onClick={close} disabled={isBusy}>
          {ui("cancel")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

/** What the reader may do about a row: be the first person, the second, or end what was asked. */
export function QuarantineActs({ item }: { item: AsideRow }) {
  const t = useTranslations("keeping.aside.acts");
  const [act, setAct] = useState<"ask" | "agree" | "refuse">();
  const row = { row: shortDigest(item.entry_id) };
  const word = item.acknowledgement;
  const close = () => setAct(undefined);
  const isWaiting = word?.state === "asked" && (word.is_own || word.may_agree);
  if (!item.may_ask && !isWaiting) return <span className="text-ink-3">{t("none")}</span>;
  const end = word?.is_own === true ? "withdraw" : "refuse";
  return (
    <span className="flex flex-wrap justify-end gap-2 py-1 tablet:justify-start">
      {item.may_ask ? (
        <Button size="bar" aria-label={t("askNamed", row)} onClick={() => setAct("ask")}>
          {t("ask")}
        </Button>
      ) : null}
      {isWaiting && word.may_agree ? (
        <Button size="bar" aria-label={t("agreeNamed", row)} onClick={() => setAct("agree")}>
          {t("agree")}
        </Button>
      ) : null}
      {isWaiting ? (
        <Button size="bar" look="quiet" aria-label={t(`${end}Named`, row)} onClick={() => setAct("refuse")}>
          {t(end)}
        </Button>
      ) : null}
      {isWaiting && word.is_own ? (
        <span className="basis-full text-note text-ink-2">{t("other")}</span>
      ) : null}
      {act === "ask" ? <Asking item={item} onClose={close} /> : null}
      {isWaiting && (act === "agree" || act === "refuse") ? (
        <Deciding item={item} word={word} act={act} onClose={close} />
      ) : null}
    </span>
  );
}
