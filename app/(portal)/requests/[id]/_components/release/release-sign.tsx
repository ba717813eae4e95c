"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "@/components/act/use-act";
import { CallRefused, target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useSigner } from "@/components/client/use-signer";
import { ExactText } from "@/components/domain/exact-text";
import { EndTime, StartTime } from "@/components/ui/begin-and-end";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import { Notice } from "@/components/ui/states";
import type { signRelease } from "@/lib/api-client/operations/releases";
import type { ReleaseStatement } from "@/lib/escrow/protocol/release-statement";
import { mismatchesOf } from "../decision/retyped-facts/mismatch";
import type { ReviewState } from "../decision/review-state";
import { confirmsOf } from "../order/order-reading";
import { isReleaseAsShown } from "./release-as-shown";

const word = target<typeof signRelease>(
  "POST",
  "/confidential/access/requests/{id}/releases/{release_id}/words",
);

interface SignProps {
  readonly state: ReviewState;
  readonly person: string;
  readonly releaseId: string;
  readonly statement: ReleaseStatement;
  /** With this word access comes into force. */
  readonly isSecond: boolean;
  readonly onClose: () => void;
}

/** Signs what the page shows, and sends the word. */
function useWord({ state, person, releaseId, statement }: SignProps) {
  const { sign } = useSigner();
  const act = useAct(word);
  const [isSigning, setSigning] = useState(false);
  const [notSigned, setNotSigned] = useState<unknown>();
  const { request, draft } = state;
  const send = async (): Promise<boolean> => {
    setSigning(true);
    setNotSigned(undefined);
    try {
      const made = await sign({
        kind: "release",
        prepare: async () => statement,
        isAsShown: (one) => isReleaseAsShown(one, request, person),
      });
      const answer = await act.run({
        params: { id: request.id, release_id: releaseId },
        body: {
          comment: draft.reason.trim(),
          confirms: confirmsOf(draft.reading),
          ...(made === undefined ? {} : { signature: made.signature }),
        },
      });
      return answer !== undefined;
    } catch (failure) {
      setNotSigned(failure);
      return false;
    } finally {
      setSigning(false);
    }
  };
  return { send, isBusy: isSigning || act.isBusy, error: notSigned ?? act.error };
}

function Failure({ error }: { error: unknown }) {
  const t = useTranslations("review");
  const own = useTranslations("release.sign");
  if (error instanceof CallRefused && error.problem.code === "decision.facts-mismatch")
    return (
      <Notice tone="amber" icon="warning" isLive title={own("mismatch")}>
        <ul>
          {mismatchesOf(error.problem.members).map(({ name, typed, other, by }) => (
            <li key={name}>
              {t(`facts.${name}`)}: {t(`mismatch.${by}`, { typed, other })}
            </li>
          ))}
        </ul>
        <p className="mt-1">{t("mismatch.text")}</p>
      </Notice>
    );
  return <CallFailure error={error} title={own("failed")} />;
}

function Shown({ statement }: { statement: ReleaseStatement }) {
  const t = useTranslations("review.statement");
  const domain = useTranslations("domain");
  const groups = statement.groups.map((group) => domain(`fields.${group}`)).join(", ");
  return (
    <div className="mt-3">
      <Facts
        look="aligned"
        facts={[
          { name: t("transactions"), value: statement.transactions.length },
          { name: t("fields"), value: groups },
          { name: t("level"), value: domain(`levels.${statement.level}`) },
          { name: t("from"), value: <StartTime instant={statement.not_before} /> },
          { name: t("until"), value: <EndTime instant={statement.not_after} /> },
          { name: t("views"), value: statement.max_views },
          { name: t("authorization"), value: <Digest value={statement.authorization} /> },
          { name: t("request"), value: <Digest value={statement.request_digest} /> },
        ]}
      />
      <ExactText kind="release" statement={statement} />
    </div>
  );
}

/** The last look before an executive's word: exactly what is signed and sent. */
export function SignRelease(props: SignProps) {
  const { state, statement, isSecond, onClose } = props;
  const t = useTranslations("release.sign");
  const review = useTranslations("review");
  const router = useRouter();
  const { send, isBusy, error } = useWord(props);
  const { by } = state.review.signing;
  const act = async () => {
    if (!(await send())) return;
    state.forget();
    onClose();
    router.refresh();
  };
  return (
    <Dialog
      isOpen
      canClose={!isBusy}
      onClose={onClose}
      title={t("title", { reference: state.request.reference })}
    >
      <p className="text-body">{t(isSecond ? "textSecond" : "textFirst")}</p>
      <Shown statement={statement} />
      <p className="mt-4 font-medium text-control">{t("comment")}</p>
      <p className="whitespace-pre-wrap break-words text-body">{state.draft.reason.trim()}</p>
      <p className="mt-3 text-control text-ink-2">{review(`signing.${by}`)}</p>
      <div className="mt-4 empty:hidden">{error === undefined ? null : <Failure error={error} />}</div>
      <DialogActions>
        <Button look="primary" isBusy={isBusy} onClick={() => void act()}>
          {t(by === "passkey" ? "yesSigned" : "yes")}
        </Button>
        <Button disabled={isBusy} onClick={onClose}>
          {review("dialog.back")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
