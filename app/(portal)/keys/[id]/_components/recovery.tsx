"use client";

import { useTranslations } from "next-intl";
import { ApiCallSample } from "@/components/layout/api-call";
import { Digest } from "@/components/ui/digest";
import { type Fact, Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { Tag } from "@/components/ui/tag";
import { spokenGroups } from "@/lib/digests";
import type { RecoveryView } from "@/lib/keys/recovery/schema";
import { useRefreshing } from "../../../../../components/client/live-refresh";
import { RecoveryActs } from "./recovery-acts";

const TAG = "BASE64URL_OF_32_BYTES";

const LOOKS = {
  asked: { tone: "amber", icon: "clock" },
  proof: { tone: "amber", icon: "clock" },
  running: { tone: "amber", icon: "clock" },
  completed: { tone: "accent", icon: "check" },
  failed: { tone: "oxblood", icon: "warning" },
  withdrawn: { tone: "plain", icon: "cross" },
  refused: { tone: "oxblood", icon: "cross" },
  expired: { tone: "plain", icon: "clock" },
} as const;

/** Shows the two steps of a recovery: two signatures, then the proof of the new key. */
function standingOf({ state, signatures, signatures_needed }: RecoveryView): keyof typeof LOOKS {
  return state === "asked" && signatures.length >= signatures_needed ? "proof" : state;
}

function Signatures({ view }: { view: RecoveryView }) {
  const t = useTranslations("keys.recovery");
  const { signatures, signatures_needed: needed } = view;
  return (
    <span>
      {t("signedOf", { count: signatures.length, needed })}
      {signatures.length === 0 ? <span className="block text-ink-2">{t("none")}</span> : null}
      {signatures.map(({ person, name, by, at }) => (
        <span key={person} className="block">
          {name} ({person}), <LocalTime instant={at} form="minute" />
          {by === "portal" ? <span className="text-ink-2"> · {t("byPortal")}</span> : null}
        </span>
      ))}
    </span>
  );
}

function Progress({ view }: { view: RecoveryView }) {
  const t = useTranslations("keys.recovery");
  const { rewrapped, total, state } = view;
  return (
    <span className="flex flex-wrap items-center gap-x-3">
      {state === "running" && total > 0 ? (
        <progress value={rewrapped} max={total} className="h-1 w-24" aria-label={t("progress")} />
      ) : null}
      <span>{t("of", { rewrapped, total })}</span>
    </span>
  );
}

/** How the program that holds the new key proves it to the custodian. */
function Proving({ view }: { view: RecoveryView }) {
  const t = useTranslations("keys.recovery");
  const path = `/confidential/keys/${view.old_key.key_id}/recovery`;
  return (
    <>
      <p className="mt-4 max-w-[720px] text-body text-ink-2">{t("textProof")}</p>
      <ApiCallSample label={t("challenge")} call={{ method: "POST", path: `${path}/challenge` }} />
      <ApiCallSample
        label={t("prove")}
        call={{ method: "POST", path: `${path}/proof`, body: JSON.stringify({ client_tag: TAG }) }}
      />
    </>
  );
}

function useFacts(view: RecoveryView): Fact[] {
  const t = useTranslations("keys.recovery");
  const standing = standingOf(view);
  const { new_key: next } = view;
  return [
    {
      name: t("state"),
      value: (
        <Tag tone={LOOKS[standing].tone} icon={LOOKS[standing].icon}>
          {t(`states.${standing}`)}
        </Tag>
      ),
    },
    { name: t("reason"), value: view.reason },
    { name: t("newKey"), value: next.kid },
    { name: t("fingerprint"), value: <Digest value={next.fingerprint} label={t("fingerprint")} isWhole /> },
    {
      name: t("aloud"),
      value: <span className="block max-w-[25rem] font-mono">{spokenGroups(next.fingerprint, 16)}</span>,
    },
    { name: t("transactions"), value: view.transactions },
    { name: t("signed"), value: <Signatures view={view} /> },
    ...(view.started_at === undefined ? [] : [{ name: t("progress"), value: <Progress view={view} /> }]),
    ...(view.ended_at === undefined
      ? [{ name: t("until"), value: <LocalTime instant={view.not_after} form="minute" /> }]
      : [{ name: t("ended"), value: <LocalTime instant={view.ended_at} form="minute" /> }]),
    ...(view.end_reason === undefined ? [] : [{ name: t("why"), value: view.end_reason }]),
  ];
}

/** The recovery of a lost key: who has signed, its progress, and the acts of this person. */
export function Recovery({ view, isOwn }: { view: RecoveryView; isOwn: boolean }) {
  const t = useTranslations("keys.recovery");
  useRefreshing(view.state === "running");
  const standing = standingOf(view);
  const facts = useFacts(view);
  return (
    <Section title={t("title")}>
      <div role="status" className="sr-only">
        {t(`states.${standing}`)}
      </div>
      <div className="pt-2">
        <Facts look="aligned" facts={facts} />
      </div>
      {view.awaits_me ? <p className="mt-4 max-w-[720px] text-body text-ink-2">{t("textAsk")}</p> : null}
      {isOwn && standing === "proof" ? <Proving view={view} /> : null}
      <RecoveryActs view={view} isOwn={isOwn} />
    </Section>
  );
}
