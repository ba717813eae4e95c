"use client";

import dynamic from "next/dynamic";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { DialogButton } from "@/components/act/dialog-button";
import { TextArea } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Facts } from "@/components/ui/facts";
import { Icon } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { FactsSection } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import type { ReleaseStanding } from "@/lib/access/executive-release/schema";
import { ReadingFields } from "../decision/retyped-facts/reading-fields";
import { type ReviewState, useReview } from "../decision/review-state";

// Loaded with the press that signs.
const SignRelease = dynamic(async () => (await import("./release-sign")).SignRelease);

interface PanelProps {
  readonly requestId: string;
  readonly reference: string;
  readonly person: string;
  readonly standing: ReleaseStanding;
}

/** Who proposed the terms, who has signed them, and until when they can be signed. */
function Terms({ release }: { release: NonNullable<ReleaseStanding["release"]> }) {
  const t = useTranslations("release.panel");
  return (
    <FactsSection title={t(`states.${release.state}`)}>
      <Facts
        facts={[
          { name: t("proposedBy"), value: release.proposed_by.name },
          { name: t("proposedAt"), value: <LocalTime instant={release.proposed_at} form="minute" /> },
          ...(release.state === "open"
            ? [{ name: t("signUntil"), value: <LocalTime instant={release.sign_until} form="minute" /> }]
            : []),
        ]}
      />
      <p className="mt-2 whitespace-pre-wrap break-words text-control">{release.reason}</p>
      {release.words.map(({ by, at, comment }) => (
        <div key={by.handle} className="mt-3 border-line border-t pt-2 text-control">
          <p className="font-medium">
            <Icon name="tick" className="mr-1 inline text-accent" />
            {t("signedBy", { name: by.name })}
          </p>
          <p className="text-ink-2">
            <LocalTime instant={at} form="minute" />
          </p>
          <p className="whitespace-pre-wrap break-words">{comment}</p>
        </div>
      ))}
    </FactsSection>
  );
}

/** The first reason why an executive cannot sign yet; undefined when they can. */
function obstacleOf(
  state: ReviewState,
): "identity" | "reading" | "differs" | "unsigned" | "program" | undefined {
  const { review, judged } = state;
  if (review.identity_check.is_required && !review.identity_check.is_valid) return "identity";
  if (review.signing.by === "none") return "unsigned";
  if (review.signing.by === "key") return "program";
  const verdicts = Object.values(judged.verdicts ?? {});
  if (verdicts.some((one) => one === "differs" || one === "earlier")) return "differs";
  return verdicts.length > 0 && verdicts.every((one) => one === "match") ? undefined : "reading";
}

/** Retyped facts, reason and signature. */
function Signing({
  state,
  person,
  standing,
}: { state: ReviewState } & Pick<PanelProps, "person" | "standing">) {
  const t = useTranslations("release.panel");
  const words = useTranslations("review.signing");
  const [isMissing, setMissing] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const comment = useRef<HTMLTextAreaElement>(null);
  const obstacle = obstacleOf(state);
  const begin = () => {
    setMissing(state.draft.reason.trim() === "");
    if (state.draft.reason.trim() === "") comment.current?.focus();
    else setOpen(true);
  };
  return (
    <div className="mb-6 grid gap-5">
      <p className="text-control text-ink-2">{t("signLead")}</p>
      <ReadingFields />
      <Field
        id="release-comment"
        label={t("comment")}
        error={isMissing && state.draft.reason.trim() === "" ? t("commentMissing") : undefined}
      >
        {(control) => (
          <TextArea
            {...control}
            ref={comment}
            maxLength={4000}
            value={state.draft.reason}
            onChange={(event) => state.change({ reason: event.target.value })}
          />
        )}
      </Field>
      <div>
        <Button
          look="primary"
          disabled={obstacle !== undefined}
          aria-describedby="release-why"
          onClick={begin}
        >
          {t("sign")}
        </Button>
        <p id="release-why" className="mt-2 text-control text-ink-2">
          {obstacle === undefined ? words(state.review.signing.by) : t(`obstacles.${obstacle}`)}
        </p>
      </div>
      {isOpen && standing.statement !== undefined && standing.release !== undefined ? (
        <SignRelease
          state={state}
          person={person}
          releaseId={standing.release.id}
          statement={standing.statement}
          isSecond={standing.release.words.length > 0}
          onClose={() => setOpen(false)}
        />
      ) : null}
    </div>
  );
}

/** Proposing the terms. Before the requester's identity is checked, a release is refused. */
function Propose({
  requestId,
  reference,
  isUnknown,
}: Pick<PanelProps, "requestId" | "reference"> & { isUnknown: boolean }) {
  const t = useTranslations("release.propose");
  return (
    <div className="mb-6 grid justify-items-start gap-4 text-control">
      <p className="text-ink-2">{t("lead", { reference })}</p>
      {isUnknown ? (
        <p>{t("unknown")}</p>
      ) : (
        <DialogButton
          label={t("submit")}
          button={{ look: "primary" }}
          load={async () => {
            const { ProposeRelease } = await import("./release-propose");
            return (close) => <ProposeRelease requestId={requestId} onDone={close} />;
          }}
        />
      )}
    </div>
  );
}

function Act({ standing, person, requestId, reference }: PanelProps) {
  const t = useTranslations("release.panel");
  const state = useReview();
  const { acts, release } = standing;
  if (state !== undefined && acts.includes("propose")) {
    const isUnknown = state.review.identity_check.is_required && !state.review.identity_check.is_valid;
    return <Propose requestId={requestId} reference={reference} isUnknown={isUnknown} />;
  }
  if (state !== undefined && acts.includes("sign"))
    return <Signing state={state} person={person} standing={standing} />;
  if (release?.state === "released")
    return (
      <Notice tone="accent" icon="tick" title={t("releasedTitle")} className="mb-6">
        {standing.grant_id === undefined ? null : (
          <Link
            href={`/grants/${standing.grant_id}`}
            prefetch={false}
            className="underline underline-offset-4"
          >
            {t("openGrant")}
          </Link>
        )}
      </Notice>
    );
  return (
    <p className="mb-6 flex gap-2 text-control">
      <Icon name="nothing" className="mt-[2px] text-ink-3" />
      {t(release?.state === "open" ? "waitsForOther" : "nothing")}
    </p>
  );
}

/** The release of an overdue request: one executive proposes the terms, and two sign them. */
export function ReleasePanel(props: PanelProps) {
  const t = useTranslations("release.panel");
  const { release } = props.standing;
  return (
    <>
      <h2 className="mb-1 font-semibold text-lead">{t("title")}</h2>
      <Act {...props} />
      {release === undefined ? null : <Terms release={release} />}
    </>
  );
}

/** Why an executive cannot act on this release: they belong to a party's or the requester's organisation. */
export function ReleaseRefused({ code }: { code: string }) {
  const t = useTranslations("review.why");
  const panel = useTranslations("release.panel");
  const why =
    code === "decision.party" ? "party" : code === "decision.organisation" ? "organisation" : "other";
  return (
    <>
      <h2 className="mb-1 font-semibold text-lead">{panel("title")}</h2>
      <p className="mb-6 flex gap-2 text-control">
        <Icon name="nothing" className="mt-[2px] text-ink-3" />
        {t(why)}
      </p>
    </>
  );
}
