"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { ActDialog } from "@/components/act/act-dialog";
import { CallRefused, target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { ExactText } from "@/components/domain/exact-text";
import { EndTime, StartTime } from "@/components/ui/begin-and-end";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import type { signRelease } from "@/lib/api-client/operations/releases";
import type { ReleaseStatement } from "@/lib/escrow/protocol/release-statement";
import { MismatchNotice } from "../decision/retyped-facts/mismatch";
import type { ReviewState } from "../decision/review-state";
import { isReleaseAsShown } from "../decision/statement/as-shown";
import { confirmsOf } from "../order/order-reading";

const SIGN = target<typeof signRelease>(
  "POST",
  "/confidential/access/requests/{id}/releases/{release_id}/words",
);

interface SignProps {
  readonly state: ReviewState;
  readonly person: string;
  readonly releaseId: string;
  readonly statement: ReleaseStatement;
  /** The first executive has signed: with this signature access begins. */
  readonly isSecond: boolean;
  readonly onClose: () => void;
}

function Failure({ error }: { error: unknown }) {
  const t = useTranslations("release.sign");
  if (error instanceof CallRefused && error.problem.code === "decision.facts-mismatch")
    return <MismatchNotice title={t("mismatch")} problem={error.problem} />;
  return <CallFailure error={error} title={t("failed")} />;
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

/** Shows exactly what is signed and sent, has the executive sign it, and sends it. */
export function SignRelease(props: SignProps) {
  const { state, person, releaseId, statement, isSecond, onClose } = props;
  const t = useTranslations("release.sign");
  const review = useTranslations("review");
  const router = useRouter();
  const { request, draft } = state;
  const { by } = state.review.signing;
  const comment = draft.reason.trim();
  return (
    <ActDialog
      onClose={onClose}
      act={{
        call: SIGN,
        params: { id: request.id, release_id: releaseId },
        label: t(by === "passkey" ? "yesSigned" : "yes"),
        title: t("title", { reference: request.reference }),
        text: (
          <>
            <p>{t(isSecond ? "textSecond" : "textFirst")}</p>
            <Shown statement={statement} />
            <p className="mt-4 font-medium text-control">{t("comment")}</p>
            <p className="whitespace-pre-wrap break-words">{comment}</p>
            <p className="mt-3 text-control text-ink-2">{review(`signing.${by}`)}</p>
          </>
        ),
        body: () => ({ comment, confirms: confirmsOf(draft.reading) }),
        signed: async (_body, sign) => {
          const made = await sign({
            kind: "release",
            prepare: async () => statement,
            isAsShown: (one) => isReleaseAsShown(one, request, person),
          });
          return made === undefined ? {} : { signature: made.signature };
        },
        explain: (failure) => <Failure error={failure} />,
        onDone: () => {
          state.forget();
          router.refresh();
        },
      }}
    />
  );
}
